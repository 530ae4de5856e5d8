// SPDX-License-Identifier: Apache-2.0
// Which variables the scripts of a machine know: those of its groups, a later one's before an earlier one's, and its own before
// all. Pure.
import type { Client, Group } from '../api/types';

export type Variables = Group['variables'];

/** A value that a group gives. */
export interface Given {
  value: string;
  group: string;
}

export interface VariableRow {
  name: string;
  /** null: only a group says one */
  own: string | null;
  given: Given | null;
}

/** By a group's name what it gives; a rule's group too, which a machine gets that has nothing of its own. */
export function givenTo({ groups, offered }: Pick<Client, 'groups' | 'offered'>, all: readonly Group[]): Map<string, Given> {
  const names = [...groups, ...offered.flatMap(({ group }) => group ?? [])];
  const given = new Map<string, Given>();
  for (const group of new Set(names)) {
    const variables = all.find(({ name }) => name === group)?.variables ?? {};
    for (const [name, value] of Object.entries(variables)) given.set(name, { value, group });
  }
  return given;
}

/** By name. */
export function rowsOf(own: Variables, given: ReadonlyMap<string, Given>): VariableRow[] {
  const names = [...new Set([...Object.keys(own), ...given.keys()])].sort();
  return names.map((name) => ({ name, own: own[name] ?? null, given: given.get(name) ?? null }));
}

export function without(variables: Variables, name: string): Variables {
  return Object.fromEntries(Object.entries(variables).filter(([other]) => other !== name));
}
