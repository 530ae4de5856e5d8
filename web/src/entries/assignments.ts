// SPDX-License-Identifier: Apache-2.0
// What a rule or the default gives to machines, in words and as the fields of a form. Pure.
import { t } from '@lingui/core/macro';
import type { Assignment } from '../api/types';
import { describeBoot } from '../machines/describe';
import type { Names } from '../machines/names';
import { bootKindLabel, bootKinds, type BootValues, makeBoot, valuesOf } from './kinds';

export type AssignmentKind = Assignment['kind'];

/** In the order in which they are offered. */
export const assignmentKinds: readonly AssignmentKind[] = ['group', 'client', 'menu', 'ignore', ...bootKinds];

export function assignmentKindLabel(kind: AssignmentKind): string {
  switch (kind) {
    case 'group':
      return t`The entries of a group`;
    case 'client':
      return t`The place of another machine`;
    case 'menu':
      return t`A menu of what they can do by themselves`;
    case 'ignore':
      return t`No answer at all`;
    default:
      return bootKindLabel(kind);
  }
}

export function describeAssignment(then: Assignment, names: Names): string {
  switch (then.kind) {
    case 'menu':
      return t`a menu of what they can do by themselves`;
    case 'ignore':
      return t`they are not answered at all`;
    case 'wait':
      return t`their screen waits for an assignment`;
    case 'local':
      return t`they boot their own disk`;
    case 'group':
      return t`the entries of the group ${then.group}`;
    case 'client':
      return t`what ${names.get(then.client) ?? then.client} gets`;
    default:
      return describeBoot(then);
  }
}

/** What the fields show of an assignment. */
export function valuesOfAssignment(then: Assignment): BootValues {
  switch (then.kind) {
    case 'group':
      return { group: then.group };
    case 'client':
      return { client: then.client };
    case 'menu':
    case 'ignore':
      return {};
    default:
      return valuesOf(then);
  }
}

/** null while something is missing. */
export function makeAssignment(kind: AssignmentKind, values: BootValues): Assignment | null {
  const { group, client } = values;
  switch (kind) {
    case 'group':
      return typeof group === 'string' && group !== '' ? { kind, group } : null;
    case 'client':
      return typeof client === 'string' && client !== '' ? { kind, client } : null;
    case 'menu':
    case 'ignore':
      return { kind };
    default:
      return makeBoot(kind, values);
  }
}
