// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { Image } from '../api/types';
import { bootOf, firstDrive, fits, kindOf } from './boot_of_image';

const image = (format: string, size: number) => ({ name: 'it', format, size, removable: false }) as Image;
const floppy = image('raw', 1440 * 1024);
const disk = image('raw', 8 * 1024 ** 3);
const cd = image('iso', 650 * 1024 ** 2);

test('an ISO is a CD, whatever its size', () => {
  expect(kindOf(cd)).toBe('cd');
  expect(kindOf(image('iso', 1440 * 1024))).toBe('cd');
  expect(bootOf(cd, 'master')).toEqual({ kind: 'cd', image: 'it', mode: 'readonly' });
});

test.each([160, 180, 320, 360, 720, 1200, 1440, 2880])('%i KiB are a floppy', (kib) => {
  expect(kindOf(image('raw', kib * 1024))).toBe('floppy');
  expect(kindOf(image('raw', kib * 1024 + 512))).toBe('disk');
});

test('an entry offers what the server takes', () => {
  expect([cd, floppy, disk, { ...disk, removable: true }].map((one) => fits(one, 'floppy'))).toEqual([false, true, false, true]);
  expect([cd, floppy, disk].map((one) => fits(one, 'cd'))).toEqual([true, false, false]);
});

test('a floppy and a disk have the mode that was chosen', () => {
  expect(bootOf(floppy, 'private')).toEqual({ kind: 'floppy', image: 'it', mode: 'private' });
  expect(bootOf(disk, 'fresh')).toEqual({ kind: 'disks', drives: [{ image: 'it', mode: 'fresh' }] });
});

test('what a machine has now is found again', () => {
  expect(firstDrive(bootOf(disk, 'fresh'))).toEqual({ image: 'it', mode: 'fresh' });
  expect(firstDrive(bootOf(floppy, 'private'))).toEqual({ image: 'it', mode: 'private' });
  expect(firstDrive(bootOf(cd, 'master'))).toEqual({ image: 'it' });
  expect(firstDrive({ kind: 'local' })).toBeUndefined();
});
