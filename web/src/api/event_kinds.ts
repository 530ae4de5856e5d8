// SPDX-License-Identifier: Apache-2.0
// The events that the page listens to: all that the server tells, but for how far a file is, which the boot's steps say too.
import type { EventKind } from './types';

const kinds = {
  'client-seen': true, 'client-changed': true, 'client-removed': true, 'assignment-changed': true,
  'image-added': true, 'image-changed': true, 'image-removed': true, 'overlay-made': true, 'overlay-changed': true, 'space-low': true,
  'dhcp-discover': true, 'dhcp-offer': true, 'dhcp-request': true, 'dhcp-ack': true, 'dhcp-nak': true, 'dhcp-decline': true,
  'dhcp-release': true, 'dhcp-ignored': true, 'dhcp-other-server': true, 'dhcp-other-offer': true, 'dhcp-other-chosen': true,
  'quirk-learned': true, 'pxe-request': true, 'tftp-start': true, 'tftp-progress': false, 'tftp-done': true, 'tftp-failed': true,
  'file-progress': false, 'file-served': true, 'script-served': true,
  'session-opened': true, 'session-closed': true, 'login-refused': true,
  'boot-started': true, 'boot-step': true, 'boot-stalled': true, 'boot-ended': true, 'wake-sent': true, 'floppy-changed': true,
  'job-started': true, 'job-progress': true, 'job-ended': true,
  'webhook-failed': true, 'webhook-recovered': true, 'server-started': true, 'server-stopping': true,
} as const satisfies Record<EventKind, boolean>;

export const eventKinds = (Object.keys(kinds) as EventKind[]).filter((kind) => kinds[kind]);
