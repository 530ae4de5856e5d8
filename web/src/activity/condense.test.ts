// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { EventKind, ServerEvent } from '../api/types';
import { condense } from './condense';

const event = (id: number, text: string, kind: EventKind = 'script-served'): ServerEvent => ({
  id, kind, text, time: `2026-03-01T09:30:0${id}.000Z`, mac: null, address: null, fields: {},
});

test('newest first, repetitions of two machines that take turns are folded', () => {
  const lines = condense([event(1, 'a waits'), event(2, 'b waits'), event(3, 'a waits'), event(4, 'b waits'), event(5, 'c boots')], 10);
  expect(lines.map(({ text, count }) => [text, count])).toEqual([['c boots', 1], ['b waits', 2], ['a waits', 2]]);
});

test('a machine that was heard again is no news', () => {
  const lines = condense([event(1, 'Machine m appeared (bios)', 'client-seen'), event(2, 'Machine m was heard (bios)', 'client-seen')], 10);
  expect(lines.map(({ text }) => text)).toEqual(['Machine m appeared (bios)']);
});

test('no more lines than asked for, and faults are marked', () => {
  const lines = condense([event(1, 'old'), event(2, 'refused', 'login-refused'), event(3, 'new')], 2);
  expect(lines.map(({ text, bad }) => [text, bad])).toEqual([['new', false], ['refused', true]]);
});
