// SPDX-License-Identifier: Apache-2.0
// The files inside an image: folder by folder, also with the keyboard alone; one of them is kept.
import { readFile } from 'node:fs/promises';
import { expect, refusedWrite, region, test } from '../support/fixtures.ts';
import type { FakeServer } from '../support/fake_server.mjs';

function fill(server: FakeServer): void {
  server.addImage('dos');
  server.files.set('dos', {
    '/': [{ name: '1', folder: true, size: 20971520, modified: null }],
    '/1': [
      { name: 'DOS', folder: true, size: 0, modified: '2026-03-01T09:30:00' },
      { name: 'CONFIG.SYS', folder: false, size: 9, modified: '2026-03-01T09:30:00' },
    ],
    '/1/DOS': Array.from({ length: 300 }, (_, index) => ({ name: `FILE${index}`, folder: false, size: index, modified: null })),
    '/1/CONFIG.SYS': 'FILES=30\n',
  });
}

test('folders open by the keyboard, and lead back', async ({ page, server }) => {
  fill(server);
  await page.goto(`${server.url}#/images/dos`);
  const files = region(page, 'Files');
  await files.getByRole('button', { name: 'Look inside' }).press('Enter');
  await files.getByRole('button', { name: 'Open folder 1' }).press('Enter');
  const way = files.getByRole('navigation', { name: 'Folder' });
  await expect(way).toBeFocused();
  await expect(files.getByRole('row', { name: /CONFIG.SYS/ })).toContainText('9 B');
  await page.keyboard.press('Tab');
  await expect(way.getByRole('button', { name: 'dos' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(files.getByRole('button', { name: 'Open folder 1' })).toBeVisible();
  await expect(way).toHaveText('dos');
});

test('a folder of hundreds of files scrolls to its end', async ({ page, server }) => {
  fill(server);
  await page.goto(`${server.url}#/images/dos`);
  const files = region(page, 'Files');
  await files.getByRole('button', { name: 'Look inside' }).click();
  await files.getByRole('button', { name: 'Open folder 1' }).click();
  await files.getByRole('button', { name: 'Open folder DOS' }).click();
  await expect(files.getByRole('row', { name: /FILE0/ })).toBeVisible();
  expect(await files.getByRole('row').count()).toBeLessThan(120);
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
  await expect(files.getByRole('row', { name: /FILE299/ })).toBeVisible();
});

test('an admin keeps a file as it is in the image', async ({ page, server }) => {
  fill(server);
  await page.goto(`${server.url}#/images/dos`);
  const files = region(page, 'Files');
  await files.getByRole('button', { name: 'Look inside' }).click();
  await files.getByRole('button', { name: 'Open folder 1' }).click();
  const kept = page.waitForEvent('download');
  await files.getByRole('button', { name: 'Download CONFIG.SYS' }).click();
  const download = await kept;
  expect(download.suggestedFilename()).toBe('CONFIG.SYS');
  expect(await readFile(await download.path(), 'utf8')).toBe('FILES=30\n');
});

test.describe('a viewer', () => {
  test.use({ visitor: 'viewer' });
  test('sees the names, and is offered no content', async ({ page, server }) => {
    fill(server);
    await page.goto(`${server.url}#/images/dos`);
    const files = region(page, 'Files');
    await files.getByRole('button', { name: 'Look inside' }).click();
    await files.getByRole('button', { name: 'Open folder 1' }).click();
    await expect(files.getByRole('row', { name: /CONFIG.SYS/ })).toBeVisible();
    await expect(files.getByRole('button', { name: /Download/ })).toHaveCount(0);
  });
});

test.describe('an image that cannot be looked into', () => {
  test.use({ allowedComplaints: refusedWrite });
  test('says why', async ({ page, server }) => {
    server.addImage('linux');
    await page.goto(`${server.url}#/images/linux`);
    await region(page, 'Files').getByRole('button', { name: 'Look inside' }).click();
    await expect(region(page, 'Files').getByRole('alert')).toContainText('holds no file system');
  });
});
