// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { Assignment } from '../api/types';
import { assignmentKindLabel, assignmentKinds, describeAssignment, makeAssignment, valuesOfAssignment } from './assignments';

const assignments: Assignment[] = [
  { kind: 'group', group: 'lab' },
  { kind: 'client', client: '52:54:00:e2:e0:01' },
  { kind: 'menu' },
  { kind: 'ignore' },
  { kind: 'wait' },
  { kind: 'disks', drives: [{ image: 'debian', mode: 'fresh' }] },
];

test.each(assignments)('$kind is the same after it was shown and saved', (then) => {
  expect(makeAssignment(then.kind, valuesOfAssignment(then))).toEqual(then);
});

test('what must be chosen keeps it from being saved', () => {
  expect(makeAssignment('group', { group: '' })).toBeNull();
  expect(makeAssignment('client', {})).toBeNull();
  expect(makeAssignment('disks', { drives: [] })).toBeNull();
});

test('what was chosen of another kind is not sent along', () => {
  expect(makeAssignment('menu', { group: 'lab' })).toEqual({ kind: 'menu' });
});

test('each kind has a name of its own', () => {
  expect(new Set(assignmentKinds.map(assignmentKindLabel)).size).toBe(assignmentKinds.length);
});

test('a machine is called by its name', () => {
  const then: Assignment = { kind: 'client', client: '52:54:00:e2:e0:01' };
  expect(describeAssignment(then, new Map([['52:54:00:e2:e0:01', 'pc1']]))).toBe('what pc1 gets');
  expect(describeAssignment(then, new Map())).toBe('what 52:54:00:e2:e0:01 gets');
});
