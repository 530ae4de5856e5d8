// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { Client } from '../api/types';
import { describeBoot, inListOrder } from './describe';

const client = (mac: string, more: Partial<Client>): Client => ({
  mac, name: null, known: true, vendor: null, boot: { kind: 'wait' }, entries: [], default_entry: null, menu_timeout: null, next_boot: null, groups: [], offered: [], why: null,
  access: { auth: 'boot', initiator: null, user: null, from: null, secret_set: false, target_secret_set: false },
  quirks: { proxy_form: 'auto', learned_proxy_form: null, loader: null, tftp_no_options: false, tftp_block_size: null, serial_console: null },
  last_boot: null, targets: [], reserved_address: null, address: null,
  variables: {}, uuid: null, serial: null, architecture: null, state: 'off', first_seen: null, last_seen: null, ...more,
});

test('unknown machines stand on top, the latest first; known ones by name, numbers as numbers', () => {
  const order = inListOrder([
    client('a', { name: 'pc10' }),
    client('b', { known: false, first_seen: '2026-03-01T09:30:00.000Z' }),
    client('c', { name: 'pc2' }),
    client('d', { known: false, first_seen: '2026-03-01T09:31:00.000Z' }),
  ]);
  expect(order.map(({ mac }) => mac)).toEqual(['d', 'b', 'c', 'a']);
});

test('a boot in words', () => {
  expect(describeBoot({ kind: 'disks', drives: [{ image: 'dos', mode: 'master' }, { image: 'data', mode: 'readonly' }] })).toBe('dos, data (read only)');
  expect(describeBoot({ kind: 'disks', drives: [{ image: 'win', mode: 'private', quota: null }, { image: 'lab', mode: 'fresh' }] })).toBe('win (private), lab (fresh)');
  expect(describeBoot({ kind: 'kernel', kernel: 'http://10.0.0.1/debian/vmlinuz', initrds: [], command_line: '' })).toBe('Kernel vmlinuz');
});
