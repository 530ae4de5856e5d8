// SPDX-License-Identifier: Apache-2.0
// Machines by the names that people gave them. Pure.
import type { Client } from '../api/types';

export type Names = ReadonlyMap<string, string>;

export function namesOf(clients: readonly Client[]): Names {
  return new Map(clients.flatMap(({ mac, name }) => (name === null ? [] : [[mac, name] as const])));
}

const macPattern = /(?:\b(?:PC|Machine|Client) )?\b([0-9a-f]{2}(?::[0-9a-f]{2}){5})\b(?!:)/g;
// As the server writes a machine that had a name already: "pc1 (52:54:00:e2:e0:01)".
const namedPattern = /(?:\b(?:PC|Machine|Client) )?([A-Za-z0-9._-]+) \(([0-9a-f]{2}(?::[0-9a-f]{2}){5})\)/g;

/** A sentence of the server with each MAC that has a name replaced by it. */
export function withNames(text: string, names: Names): string {
  return text
    .replace(namedPattern, (found, name: string, mac: string) => (names.get(mac) === name ? name : found))
    .replace(macPattern, (found, mac: string) => names.get(mac) ?? found);
}
