// SPDX-License-Identifier: Apache-2.0
// What was set goes out as a file and comes back: the one for people (export and apply), and the whole backup.
import type { Page } from '@playwright/test';
import { expect, refusedWrite, region, test } from '../support/fixtures.ts';

const pc1 = '52:54:00:e2:e0:01';
const pc2 = '52:54:00:e2:e0:02';

const fileOf = (name: string, content: unknown) => ({
  name, mimeType: 'application/octet-stream', buffer: Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)),
});

async function choose(page: Page, card: string, file: ReturnType<typeof fileOf>): Promise<void> {
  await region(page, card).locator('input[type=file]').setInputFiles(file);
}

test.beforeEach(({ server }) => {
  server.addImage('dos');
  server.seeMachine(pc1, { name: 'pc1', known: true });
});

test('the file is downloaded, and what it would change is seen before it changes', async ({ page, server }) => {
  await page.goto(`${server.url}#/settings/data`);
  const downloading = page.waitForEvent('download');
  await region(page, 'Export and apply').getByRole('button', { name: 'Download the file' }).click();
  expect((await downloading).suggestedFilename()).toBe('bootferry.json');

  const file = fileOf('lab.json', { bootferry: 1, images: [{ name: 'dos' }], clients: [{ mac: pc1, name: 'front-desk' }, { mac: pc2, name: 'pc2' }] });
  await choose(page, 'Export and apply', file);
  const dialog = page.getByRole('dialog', { name: 'What lab.json would change' });
  await expect(dialog.getByRole('row', { name: new RegExp(pc1) })).toContainText('changed');
  await expect(dialog.getByRole('row', { name: new RegExp(pc2) })).toContainText('new');
  await expect(dialog).toContainText('The same as now: 1');
  expect(server.clients.get(pc1)?.name).toBe('pc1');
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await expect(dialog).toHaveCount(0);
  expect(server.clients.get(pc1)?.name).toBe('front-desk');
  expect(server.clients.has(pc2)).toBe(true);

  await choose(page, 'Export and apply', file);
  await expect(dialog).toContainText('Nothing: all of it is set already.');
  await expect(dialog.getByRole('button', { name: 'Apply' })).toBeDisabled();
});

test.describe('what is refused', () => {
  test.use({ allowedComplaints: refusedWrite });

  test('is told with its reason, and nothing can be applied', async ({ page, server }) => {
    await page.goto(`${server.url}#/settings/data`);
    await choose(page, 'Export and apply', fileOf('lab.json', { bootferry: 1, images: [{ name: 'win' }], clients: [{ mac: pc1, name: 'x' }] }));
    const dialog = page.getByRole('dialog', { name: 'What lab.json would change' });
    await expect(dialog.getByRole('row', { name: /win/ })).toContainText('add it first');
    await expect(dialog.getByRole('button', { name: 'Apply' })).toBeDisabled();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect(server.clients.get(pc1)?.name).toBe('pc1');
    await choose(page, 'Export and apply', fileOf('other.json', { hello: 1 }));
    await expect(region(page, 'Export and apply').getByRole('alert')).toContainText('This is no file of');
    await choose(page, 'Backup', fileOf('x', 'hello'));
    await expect(region(page, 'Backup').getByRole('alert')).toContainText('is no backup of Bootferry');
  });
});

test('a backup is downloaded, looked at, and restored', async ({ page, server }) => {
  server.seeMachine(pc2, { name: 'pc2', known: true });
  await page.goto(`${server.url}#/settings/data`);
  const downloading = page.waitForEvent('download');
  await region(page, 'Backup').getByRole('button', { name: 'Download a backup' }).click();
  expect((await downloading).suggestedFilename()).toMatch(/^bootferry-20..-..-..\.backup$/);

  await choose(page, 'Backup', fileOf('old.backup', 'a backup of 1 clients'));
  const dialog = page.getByRole('dialog', { name: 'Restore old.backup?' });
  await expect(dialog).toContainText('Machines in it: 1, images: 1.');
  await expect(dialog).toContainText('only root puts it back');
  expect(server.clients.size).toBe(2);
  const reloaded = page.waitForEvent('load');
  await dialog.getByRole('button', { name: 'Restore' }).click();
  await reloaded;
  await expect(region(page, 'Backup')).toBeVisible();
  expect(server.clients.size).toBe(1);
});

test.describe('on the first visit', () => {
  test.use({ visitor: 'nobody', allowedComplaints: refusedWrite });

  test('a backup stands for a new password, with the code alone', async ({ page, server }) => {
    server.users.clear();
    await page.goto(server.url);
    await page.getByRole('button', { name: 'Restore a backup instead' }).click();
    await page.locator('input[type=file]').setInputFiles(fileOf('old.backup', 'a backup of 1 clients'));
    await page.getByLabel('Code').fill('guess');
    await page.getByRole('button', { name: 'Look at the backup' }).click();
    await expect(page.getByRole('alert')).toContainText('This is not the code');
    await page.getByLabel('Code').fill(server.code);
    await page.getByRole('button', { name: 'Look at the backup' }).click();
    await expect(page.getByRole('status')).toContainText('Machines in it: 1');
    expect(server.users.size).toBe(0);
    await page.getByRole('button', { name: 'Restore it' }).click();
    await expect(page.getByRole('heading', { name: 'Log in' })).toBeVisible();
    expect([...server.users.keys()]).toEqual(['admin']);
  });

  test('whoever thinks better of it is back at the password', async ({ page, server }) => {
    server.users.clear();
    await page.goto(server.url);
    await page.getByRole('button', { name: 'Restore a backup instead' }).click();
    await page.getByRole('button', { name: 'Choose a password instead' }).click();
    await expect(page.getByRole('button', { name: 'Set the password' })).toBeVisible();
  });
});
