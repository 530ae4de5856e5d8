// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { eventKinds } from '../api/event_kinds';
import type { EventKind, ServerEvent } from '../api/types';
import { type Filter, passes, topicNames } from './filter';

const event = (kind: EventKind, mac: string | null = 'm', text = 'Login was refused'): ServerEvent => ({
  id: 1, kind, text, mac, time: '2026-03-01T09:30:00.000Z', address: null, fields: {},
});
const filter = (more: Partial<Filter>): Filter => ({ topic: 'all', mac: null, text: '', ...more });

test('each kind of event belongs to just one topic', () => {
  const topics = topicNames.filter((topic) => topic !== 'all' && topic !== 'trouble');
  for (const kind of eventKinds) {
    expect([kind, topics.filter((topic) => passes(event(kind), filter({ topic }))).length]).toEqual([kind, 1]);
  }
});

test('by machine, by words, by trouble', () => {
  expect(passes(event('login-refused'), filter({ mac: 'other' }))).toBe(false);
  expect(passes(event('login-refused'), filter({ mac: 'm', text: ' REFUSED ' }))).toBe(true);
  expect(passes(event('login-refused'), filter({ text: 'granted' }))).toBe(false);
  expect(passes(event('login-refused'), filter({ topic: 'trouble' }))).toBe(true);
  expect(passes(event('session-opened'), filter({ topic: 'trouble' }))).toBe(false);
});
