// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { BootStep } from '../api/types';
import { formatOffset } from './boot_words';
import { barsOf } from './waterfall';

const step = (ms: number, last_ms = ms): BootStep => ({ kind: 'discover', at: '', ms, last_ms, count: 1, text: '', fields: {} });

test('bars stand where their steps happened, and none sticks out', () => {
  const bars = barsOf([step(0, 500), step(500), step(1000)]);
  expect(bars.map(({ left, width }) => [left, width])).toEqual([[0, 50], [50, 0.8], [99.2, 0.8]]);
});

test('a step from before the boot was noticed is the first', () => {
  expect(barsOf([step(-100), step(0), step(100)]).map(({ at, left }) => [at, left])).toEqual([[0, 0], [100, 50], [200, 99.2]]);
});

test('a boot that has only begun divides by nothing', () => {
  expect(barsOf([step(0)])).toMatchObject([{ left: 0, width: 0.8 }]);
  expect(barsOf([])).toEqual([]);
});

test.each([[0, '+0.00 s'], [250, '+0.25 s'], [12_340, '+12.3 s'], [125_000, '+2 min 5 s']])('%d ms after the start is %s', (ms, text) => {
  expect(formatOffset(ms)).toBe(text);
});
