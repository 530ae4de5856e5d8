// SPDX-License-Identifier: Apache-2.0
// Which events a person wants to see. Pure.
import type { EventKind, ServerEvent } from '../api/types';
import { said } from '../shared/server_words';
import { isBad } from './condense';

export const topicNames = ['all', 'trouble', 'boots', 'dhcp', 'files', 'disks', 'images', 'clients', 'server'] as const;
export type TopicName = (typeof topicNames)[number];

export interface Filter {
  topic: TopicName;
  /** null for all machines */
  mac: string | null;
  text: string;
}

const prefixes: Partial<Record<TopicName, readonly string[]>> = {
  boots: ['boot-'],
  dhcp: ['dhcp-', 'pxe-', 'quirk-'],
  files: ['tftp-', 'file-', 'script-'],
  disks: ['session-', 'login-', 'space-'],
  images: ['image-', 'overlay-', 'job-'],
  clients: ['client-', 'wake-', 'floppy-', 'assignment-'],
  server: ['server-', 'webhook-'],
};

export function passes(event: ServerEvent, { topic, mac, text }: Filter): boolean {
  if (mac !== null && event.mac !== mac) return false;
  if (!isOf(event.kind, topic)) return false;
  const wanted = text.trim().toLowerCase();
  return wanted === '' || said(event.text).toLowerCase().includes(wanted);
}

function isOf(kind: EventKind, topic: TopicName): boolean {
  if (topic === 'all') return true;
  if (topic === 'trouble') return isBad(kind);
  return prefixes[topic]?.some((prefix) => kind.startsWith(prefix)) ?? false;
}
