// SPDX-License-Identifier: Apache-2.0
// The files inside an image: folder by folder, also with the keyboard alone; one of them is kept.
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import { expect, refusedWrite, region, test } from '../support/fixtures.ts';
import type { FakeServer } from '../support/fake_server.mjs';

const mac = '52:54:00:e2:e0:01';

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

/** What the browser keeps when this is pressed: its bytes. */
async function keptBy(page: Page, link: Locator): Promise<Buffer> {
  const kept = page.waitForEvent('download');
  await link.click();
  return readFile(await (await kept).path());
}

test('an admin keeps a whole version of an image', async ({ page, server }) => {
  server.addImage('win');
  await page.goto(`${server.url}#/images/win`);
  const bytes = await keptBy(page, region(page, 'Versions').getByRole('link', { name: 'Download version 1' }));
  expect(bytes.subarray(0, 15).toString()).toBe('as it was added');
  expect(bytes.length).toBe(15 + 2 ** 20);
  expect(bytes.subarray(15).every((byte) => byte === 7)).toBe(true);
});

test('what a machine has made of it is kept and looked into while the machine is off', async ({ page, server }) => {
  fill(server);
  server.seeMachine(mac);
  const overlay = server.addOverlay(mac, 'dos');
  await page.goto(`${server.url}#/machines/${mac}`);
  const changes = region(page, 'Changes to dos');
  const bytes = await keptBy(page, changes.getByRole('link', { name: 'Download the disk with its changes' }));
  expect(bytes.subarray(0, 24).toString()).toBe(`dos of ${mac}`);
  expect(bytes.length).toBe(24 + 2 ** 20);
  const files = region(page, 'Files on dos');
  await files.getByRole('button', { name: 'Look inside' }).click();
  await files.getByRole('button', { name: 'Open folder 1' }).click();
  await expect(files.getByRole('row', { name: /CONFIG.SYS/ })).toContainText('9 B');
  overlay.in_use = true;
  server.publish('overlay-changed', mac, 'It runs');
  await expect(changes.getByRole('button', { name: 'Download' })).toBeDisabled();
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
    await expect(region(page, 'Versions').getByRole('row', { name: /1\./ })).toBeVisible();
    await expect(page.getByRole('link', { name: /Download/ })).toHaveCount(0);
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
