// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { Throughput } from './throughput';

const session = (id: number, bytes_read: number, mac = 'm', bytes_written = 0) => ({ id, mac, bytes_read, bytes_written });

test('bytes a second are summed over the sessions of a machine', () => {
  const meter = new Throughput();
  meter.take([session(1, 1000), session(2, 0)], 0);
  expect(meter.latestOf('m')).toBeUndefined();
  meter.take([session(1, 3000), session(2, 2000, 'm', 500)], 2000, 60_000);
  expect(meter.latestOf('m')).toEqual({ time: 60, read: 2000, written: 250 });
});

test('a session that has gone leaves a nought, a count that fell is a new session', () => {
  const meter = new Throughput();
  meter.take([session(1, 1000)], 0);
  meter.take([session(1, 10)], 1000);
  expect(meter.latestOf('m')?.read).toBe(0);
  meter.take([], 2000);
  expect(meter.latestOf('m')).toMatchObject({ read: 0, written: 0 });
});

test('no more than the last minutes are kept', () => {
  const meter = new Throughput();
  for (let i = 0; i < 200; i += 1) meter.take([session(1, i)], i * 1000);
  expect(meter.samplesOf('m')).toHaveLength(150);
});
