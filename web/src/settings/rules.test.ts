// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { Rule } from '../api/types';
import { describePattern, namesOfRules } from './rules';

const rule = (pattern: Partial<Rule>): Rule => ({ mac: null, uuid: null, serial: null, architecture: null, then: { kind: 'menu' }, ...pattern });

test('a rule says for which machines it is, and two of the same are told apart', () => {
  expect(describePattern(rule({ mac: '52:54:00:*', architecture: 'efi-arm64' }))).toBe('MAC 52:54:00:*, UEFI ARM');
  expect(namesOfRules([rule({ serial: '5CG*' }), rule({ mac: 'aa:*' }), rule({ serial: '5CG*' })])).toEqual([
    'serial number 5CG*', 'MAC aa:*', 'serial number 5CG* (2)',
  ]);
});
