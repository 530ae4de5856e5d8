// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { withNames } from './names';

const names = new Map([['52:54:00:e2:e0:01', 'pc1']]);

test.each([
  ['PC 52:54:00:e2:e0:01 asks for an address (BIOS PXE)', 'pc1 asks for an address (BIOS PXE)'],
  ['Client 52:54:00:e2:e0:01 was changed', 'pc1 was changed'],
  ['dos is open for 52:54:00:e2:e0:01 already', 'dos is open for pc1 already'],
  ['PC 52:54:00:e2:e0:02 asks for an address', 'PC 52:54:00:e2:e0:02 asks for an address'],
  ['52:54:00:e2:e0:01:ff is no MAC of ours', '52:54:00:e2:e0:01:ff is no MAC of ours'],
])('%s', (text, shown) => {
  expect(withNames(text, names)).toBe(shown);
});
