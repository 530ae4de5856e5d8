// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { Refresher } from './refresher';

test('marks during a reading are folded into one reading after it', async () => {
  const readings: string[][] = [];
  let finish = () => {};
  const refresher = new Refresher<string>(
    (topics) => {
      readings.push(topics);
      return new Promise<void>((resolve) => (finish = resolve));
    },
    () => Promise.resolve(),
  );
  const settled = () => new Promise((resolve) => setTimeout(resolve));

  refresher.mark(['clients']);
  refresher.mark(['clients']);
  refresher.mark(['images', 'clients']);
  expect(readings).toEqual([['clients']]);

  finish();
  await settled();
  expect(readings).toEqual([['clients'], ['clients', 'images']]);

  finish();
  await settled();
  expect(readings).toHaveLength(2);
});

test('a failed reading does not stop the next', async () => {
  let readings = 0;
  const refresher = new Refresher<string>(
    () => {
      readings += 1;
      return Promise.reject(new Error('server is down'));
    },
    () => Promise.resolve(),
  );
  refresher.mark(['clients']);
  await new Promise((resolve) => setTimeout(resolve));
  refresher.mark(['clients']);
  expect(readings).toBe(2);
});
