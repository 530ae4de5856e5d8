// SPDX-License-Identifier: Apache-2.0
// Every sentence of the page is in both catalogs, in French too, with the same places for values.
import { makeConfig } from '@lingui/conf';
import { getCatalogs } from '@lingui/cli/api';
import { expect, test } from 'vitest';
import config from '../../lingui.config';

const placesOf = (sentence: string) => [...sentence.matchAll(/\{(\w+)|<\/?\d+>/g)].map(([place]) => place).sort();

async function readCatalog() {
  const root = new URL('../..', import.meta.url).pathname;
  const [catalog] = await getCatalogs(makeConfig({ ...config, rootDir: root }, { skipValidation: true }));
  if (catalog === undefined) throw new Error('lingui.config.ts names no catalog');
  return catalog;
}

test('no sentence of the page lacks its French, and none is left over', { timeout: 120_000 }, async () => {
  const catalog = await readCatalog();
  const inSource = (await catalog.collect({})) ?? {};
  const french = (await catalog.read('fr')) ?? {};
  expect(Object.keys(inSource).length).toBeGreaterThan(300);
  const untranslated = Object.entries(inSource).filter(([id]) => !french[id]?.translation);
  expect(untranslated.map(([, { message }]) => message), 'npm run extract, then write them into src/locales/fr.po').toEqual([]);
  const leftOver = Object.keys(french).filter((id) => inSource[id] === undefined);
  expect(leftOver.map((id) => french[id]?.message), 'npm run extract takes them out').toEqual([]);
});

test('French has the same places for values as English', async () => {
  const french = (await (await readCatalog()).read('fr')) ?? {};
  for (const { message = '', translation = '' } of Object.values(french)) {
    expect([message, placesOf(translation)]).toEqual([message, placesOf(message)]);
  }
});
