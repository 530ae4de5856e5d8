// SPDX-License-Identifier: Apache-2.0
// Machines by the names that people gave them. Pure.
import type { Client } from '../api/types';

export type Names = ReadonlyMap<string, string>;

export function namesOf(clients: readonly Client[]): Names {
  return new Map(clients.flatMap(({ mac, name }) => (name === null ? [] : [[mac, name] as const])));
}

const macPattern = /(?:\b(?:PC|Machine|Client) )?\b([0-9a-f]{2}(?::[0-9a-f]{2}){5})\b(?!:)/g;

/** A sentence of the server with each MAC that has a name replaced by it. */
export function withNames(text: string, names: Names): string {
  return text.replace(macPattern, (found, mac: string) => names.get(mac) ?? found);
}
