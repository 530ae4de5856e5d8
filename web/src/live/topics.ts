// SPDX-License-Identifier: Apache-2.0
// Which readings an event makes old. Pure. `client:MAC` is one machine, `clients` all of them.
import { everyTopic } from '../api/queries';
import type { ServerEvent } from '../api/types';

const leaseKinds: ReadonlySet<string> = new Set(['dhcp-ack', 'dhcp-release', 'dhcp-decline']);

export function topicsOf({ kind, mac }: Pick<ServerEvent, 'kind' | 'mac'>): readonly string[] {
  if (kind === 'boot-step') return [`boots:${mac}`];
  const machine = mac === null ? 'clients' : `client:${mac}`;
  if (kind === 'assignment-changed') return ['groups', 'rules', 'defaults', 'clients'];
  if (kind.startsWith('image-')) return ['images', 'versions', 'clients', 'health'];
  if (kind.startsWith('overlay-')) return ['overlays', 'images', 'versions'];
  if (kind.startsWith('job-')) return kind === 'job-progress' ? ['jobs'] : ['jobs', 'uploads', 'images'];
  if (kind.startsWith('boot-')) return [`boots:${mac}`, machine];
  if (kind.startsWith('session-')) return ['sessions', 'overlays', machine, 'health'];
  if (kind.startsWith('dhcp-other-')) return mac === null ? ['servers'] : ['servers', machine];
  if (kind.startsWith('dhcp-')) return leaseKinds.has(kind) ? [machine, 'leases', 'network'] : [machine];
  if (kind.startsWith('webhook-')) return ['webhooks'];
  if (kind === 'server-started') return everyTopic;
  if (kind === 'client-removed') return ['clients', 'images', 'overlays', 'health', 'network'];
  if (kind === 'client-changed') return [machine, 'images', 'overlays', 'health', 'network'];
  // All else is a machine's traffic: its state, address and "last seen" move.
  return [machine];
}
