// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { i18n } from '@lingui/core';
import { messages as french } from '../locales/fr.po';
import { formatAgo, formatBytes, formatDuration, formatPercent, parseSize } from './format';

test.each([
  [0, '0 B'], [1023, '1023 B'], [1024, '1 KiB'], [1536, '1.5 KiB'], [104857600, '100 MiB'], [8589934592, '8 GiB'], [3 * 1024 ** 5, '3 PiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  ['512', 512], ['16G', 16 * 1024 ** 3], ['1.5 TiB', 1.5 * 1024 ** 4], ['2,5m', 2.5 * 1024 ** 2], [' 4 KB ', 4096],
  ['', null], ['0', null], ['-1', null], ['16 X', null], ['many', null], ['9999999P', null],
])('"%s" is a size of %s', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test.each([[0, '0 s'], [59.9, '59 s'], [60, '1 min'], [7200, '2 h'], [3 * 86400, '3 days']])('%d seconds are %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test('nothing done of nothing is no division by nought', () => {
  expect([formatPercent(0, 0), formatPercent(1, 3), formatPercent(3, 3)]).toEqual(['0 %', '33 %', '100 %']);
});

test('a clock that runs behind the server says "just now", not a negative time', () => {
  expect(formatAgo('2026-03-01T09:30:05.000Z', Date.parse('2026-03-01T09:30:00.000Z'))).toBe('just now');
  expect(formatAgo('2026-03-01T09:28:00.000Z', Date.parse('2026-03-01T09:30:00.000Z'))).toBe('2 min ago');
});

test('French has its own words and its comma', () => {
  i18n.load('fr', french);
  i18n.activate('fr');
  expect([formatBytes(1536), formatDuration(3 * 86400)]).toEqual(['1,5 KiB', '3 jours']);
  i18n.activate('en');
});
