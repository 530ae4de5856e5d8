// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { parseMac } from './mac';

test.each(['52:54:00:e2:e0:01', ' 52-54-00-E2-E0-01 ', '525400E2E001', '5254.00e2.e001'])('"%s" is a MAC', (text) => {
  expect(parseMac(text)).toBe('52:54:00:e2:e0:01');
});

test.each(['', 'pc1', '52:54:00:e2:e0', '52:54:00:e2:e0:01:02', '52:54:00:e2:e0:0g'])('"%s" is none', (text) => {
  expect(parseMac(text)).toBeNull();
});
