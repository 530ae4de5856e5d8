// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { withNames } from './names';

const names = new Map([['52:54:00:e2:e0:01', 'pc1']]);

test.each([
  ['PC 52:54:00:e2:e0:01 asks for an address (BIOS PXE)', 'pc1 asks for an address (BIOS PXE)'],
  ['Client 52:54:00:e2:e0:01 was changed', 'pc1 was changed'],
  ['Client pc1 (52:54:00:e2:e0:01) was added', 'pc1 was added'],
  ['Machine pc1 (52:54:00:e2:e0:01) was heard (bios) at 10.0.0.7', 'pc1 was heard (bios) at 10.0.0.7'],
  ['Client old (52:54:00:e2:e0:01) was changed', 'Client old (pc1) was changed'],
  ['Client pc2 (52:54:00:e2:e0:02) was removed', 'Client pc2 (52:54:00:e2:e0:02) was removed'],
  ['dos is open for 52:54:00:e2:e0:01 already', 'dos is open for pc1 already'],
  ['PC 52:54:00:e2:e0:02 asks for an address', 'PC 52:54:00:e2:e0:02 asks for an address'],
  ['52:54:00:e2:e0:01:ff is no MAC of ours', '52:54:00:e2:e0:01:ff is no MAC of ours'],
])('%s', (text, shown) => {
  expect(withNames(text, names)).toBe(shown);
});
