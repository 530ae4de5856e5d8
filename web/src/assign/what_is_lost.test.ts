// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { Boot, Client } from '../api/types';
import { whatIsLost } from './what_is_lost';

const dos: Boot = { kind: 'disks', drives: [{ image: 'dos', mode: 'fresh' }] };
const local: Boot = { kind: 'local' };
const entry = (name: string, boot: Boot): Client['entries'][number] => ({ name, boot });

test('a machine that is off, with one thing to boot, loses nothing', () => {
  expect(whatIsLost({ state: 'off', boot: dos, entries: [entry('disks', dos)] }, local)).toEqual([]);
});

test('a running machine loses its disk at once', () => {
  expect(whatIsLost({ state: 'on', boot: dos, entries: [entry('disks', dos)] }, local)).toEqual([expect.stringContaining('as if unplugged')]);
});

test('a running machine that is given what it has keeps it', () => {
  expect(whatIsLost({ state: 'on', boot: dos, entries: [entry('disks', dos)] }, dos)).toEqual([]);
});

test('several entries are replaced by one', () => {
  const entries = [entry('disks', dos), entry('local', local)];
  expect(whatIsLost({ state: 'off', boot: dos, entries }, local)).toEqual([expect.stringContaining('all its 2 boot entries')]);
});
