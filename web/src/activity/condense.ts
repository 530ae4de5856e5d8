// SPDX-License-Identifier: Apache-2.0
// Makes the event stream readable: newest first, repetitions folded into one line with a count. Pure.
import type { EventKind, ServerEvent } from '../api/types';

export interface ActivityLine {
  id: number;
  /** of the latest of them */
  time: string;
  text: string;
  bad: boolean;
  count: number;
}

const badKinds = new Set<EventKind>(['dhcp-nak', 'dhcp-decline', 'dhcp-ignored', 'tftp-failed', 'login-refused', 'boot-stalled', 'space-low', 'dhcp-other-server', 'dhcp-other-chosen', 'webhook-failed']);

export function isBad(kind: EventKind): boolean {
  return badKinds.has(kind);
}

/** How many lines back a repetition is looked for: a machine that asks again and again takes turns with others. */
const foldDistance = 4;

export function condense(events: readonly ServerEvent[], most: number): ActivityLine[] {
  const lines: ActivityLine[] = [];
  for (const event of [...events].sort((a, b) => b.id - a.id)) {
    // That a machine was heard again is what its own events say already.
    if (event.kind === 'client-seen' && /\bheard\b/.test(event.text)) continue;
    const same = lines.slice(-foldDistance).find((line) => line.text === event.text);
    if (same !== undefined) {
      same.count += 1;
      continue;
    }
    if (lines.length === most) break;
    lines.push({ id: event.id, time: event.time, text: event.text, bad: isBad(event.kind), count: 1 });
  }
  return lines;
}
