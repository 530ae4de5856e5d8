// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { formatAgo, formatBytes, formatDuration } from './format';

test.each([
  [0, '0 B'], [1023, '1023 B'], [1024, '1 KiB'], [1536, '1.5 KiB'], [104857600, '100 MiB'], [8589934592, '8 GiB'], [3 * 1024 ** 5, '3 PiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([[0, '0 s'], [59.9, '59 s'], [60, '1 min'], [7200, '2 h'], [3 * 86400, '3 days']])('%d seconds are %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test('a clock that runs behind the server says "just now", not a negative time', () => {
  expect(formatAgo('2026-03-01T09:30:05.000Z', Date.parse('2026-03-01T09:30:00.000Z'))).toBe('just now');
  expect(formatAgo('2026-03-01T09:28:00.000Z', Date.parse('2026-03-01T09:30:00.000Z'))).toBe('2 min ago');
});
