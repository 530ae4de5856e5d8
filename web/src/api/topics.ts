// SPDX-License-Identifier: Apache-2.0
// Which lists an event makes old. Pure.
import { everyTopic, type Topic } from './queries';
import type { EventKind } from './types';

export function topicsOf(kind: EventKind): readonly Topic[] {
  if (kind.startsWith('image-') || kind.startsWith('overlay-')) return ['images', 'clients', 'health'];
  if (kind.startsWith('session-')) return ['sessions', 'clients', 'health'];
  if (kind === 'server-started') return everyTopic;
  if (kind === 'client-changed' || kind === 'client-removed') return ['clients', 'images', 'health'];
  // All else is a machine's traffic: its state, address and "last seen" move.
  return ['clients'];
}
