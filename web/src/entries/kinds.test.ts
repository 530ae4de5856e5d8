// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { Boot } from '../api/types';
import { bootKindLabel, bootKinds, makeBoot, valuesOf } from './kinds';

const boots: Boot[] = [
  { kind: 'wait' },
  { kind: 'local' },
  { kind: 'disks', drives: [{ image: 'win', mode: 'private', quota: 5 }, { image: 'data', mode: 'master' }], keep_san: true },
  { kind: 'floppy', image: 'boot', mode: 'master', memdisk: true },
  { kind: 'floppy', image: 'boot', mode: 'private', quota: 1048576 },
  { kind: 'cd', image: 'setup', mode: 'readonly' },
  { kind: 'installer', drives: [{ image: 'new', mode: 'master' }], kernel: 'debian/linux', initrds: ['debian/initrd.gz'], command_line: 'priority=low' },
  { kind: 'windows', drives: [{ image: 'win', mode: 'master' }], files: ['win/bootmgr', 'win/boot.wim'] },
  { kind: 'efi', program: 'tools/shellx64.efi' },
];

test.each(boots)('a $kind is the same after it was shown and saved', (boot) => {
  expect(makeBoot(boot.kind, valuesOf(boot))).toEqual(boot);
});

test('what is missing is not sent, and what must be there keeps the boot from being saved', () => {
  expect(makeBoot('kernel', { kernel: ' linux ', initrds: ['a', ' ', ''], command_line: '' })).toEqual({ kind: 'kernel', kernel: 'linux', initrds: ['a'] });
  expect(makeBoot('kernel', {})).toBeNull();
  expect(makeBoot('disks', { drives: [] })).toBeNull();
  expect(makeBoot('disks', { drives: [{ image: '', mode: 'master' }] })).toBeNull();
  expect(makeBoot('windows', { drives: [{ image: 'win', mode: 'master' }] })).toBeNull();
});

test('each kind has a name of its own', () => {
  expect(new Set(bootKinds.map(bootKindLabel)).size).toBe(bootKinds.length);
});
