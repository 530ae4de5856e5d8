// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { Group } from '../api/types';
import { givenTo, rowsOf, without } from './variables';

const group = (name: string, variables: Record<string, string>): Group => ({
  name, variables, entries: [], default_entry: null, menu_timeout: null, clients: [],
});
const all = [group('lab', { mirror: '10.0.0.9', seat: '1' }), group('office', { mirror: '10.0.0.10' }), group('away', { seat: '9' })];

test('the later group counts, and a group that it is not in gives nothing', () => {
  expect(givenTo({ groups: ['lab', 'office'], offered: [] }, all)).toEqual(
    new Map([['mirror', { value: '10.0.0.10', group: 'office' }], ['seat', { value: '1', group: 'lab' }]]),
  );
  expect(givenTo({ groups: ['office', 'lab'], offered: [] }, all).get('mirror')).toEqual({ value: '10.0.0.9', group: 'lab' });
});

test('a group that a rule gives it counts too', () => {
  const offered = [{ name: 'Debian', group: 'away', boot: { kind: 'local' as const } }];
  expect(givenTo({ groups: [], offered }, all)).toEqual(new Map([['seat', { value: '9', group: 'away' }]]));
});

test('its own stand before what a group gives, in the order of their names', () => {
  const given = new Map([['seat', { value: '1', group: 'lab' }], ['mirror', { value: '10.0.0.9', group: 'lab' }]]);
  expect(rowsOf({ seat: '7', desk: '' }, given)).toEqual([
    { name: 'desk', own: '', given: null },
    { name: 'mirror', own: null, given: { value: '10.0.0.9', group: 'lab' } },
    { name: 'seat', own: '7', given: { value: '1', group: 'lab' } },
  ]);
});

test('one is taken out and the others stay', () => {
  expect(without({ a: '1', b: '2' }, 'a')).toEqual({ b: '2' });
});
