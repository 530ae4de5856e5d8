// SPDX-License-Identifier: Apache-2.0
import type { Page } from '@playwright/test';
import type { FakeServer } from '../support/fake_server.mjs';
import { expect, giveToken, machineRow, refusedWrite, test, token } from '../support/fixtures.ts';

const mac = '52:54:00:e2:e0:01';
const tokenDialog = (page: Page) => page.getByRole('dialog', { name: 'Admin token' });

test.use({ allowedComplaints: refusedWrite });

test.beforeEach(async ({ page, server }) => {
  server.addImage('dos');
  server.addImage('debian');
  server.seeMachine(mac);
  await page.goto(server.url);
});

async function knowToken(page: Page): Promise<void> {
  await page.evaluate((value) => sessionStorage.setItem('bootferry-admin-token', value), token);
}

function bootOf(server: FakeServer) {
  return server.clients.get(mac)?.boot;
}

test('two clicks of the mouse assign an image', async ({ page, server }) => {
  await knowToken(page);
  await machineRow(page, mac).getByRole('button', { name: /^Assign/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: /^dos/ }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(machineRow(page, mac)).toContainText('dos');
  expect(bootOf(server)).toEqual({ kind: 'disks', drives: [{ image: 'dos', mode: 'master' }] });
  await expect(page.getByRole('region', { name: 'Images' }).getByRole('row', { name: /dos/ })).toContainText(mac);
});

test('the keyboard alone assigns a read-only image', async ({ page, server }) => {
  await knowToken(page);
  await machineRow(page, mac).getByRole('button', { name: /^Assign/ }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('radio', { name: 'Read only' }).focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect.poll(() => bootOf(server)).toEqual({ kind: 'disks', drives: [{ image: 'dos', mode: 'readonly' }] });
});

test('several drives keep their order and modes', async ({ page, server }) => {
  await knowToken(page);
  await machineRow(page, mac).getByRole('button', { name: /^Assign/ }).click();
  await page.getByRole('button', { name: 'Several drives' }).click();
  await page.getByRole('button', { name: 'Add a drive' }).click();
  await page.getByLabel('Image of drive 0x80').selectOption('debian');
  await page.getByLabel('Image of drive 0x81').selectOption('dos');
  await page.getByLabel('Mode of drive 0x81').selectOption('readonly');
  await page.getByRole('button', { name: 'Assign drives' }).click();
  await expect(machineRow(page, mac)).toContainText('debian, dos (read only)');
  expect(bootOf(server)?.drives).toEqual([
    { image: 'debian', mode: 'master' },
    { image: 'dos', mode: 'readonly' },
  ]);
});

test('a machine boots its local disk, and waits again', async ({ page, server }) => {
  await knowToken(page);
  const assign = machineRow(page, mac).getByRole('button', { name: /^Assign/ });
  await assign.click();
  await page.getByRole('button', { name: 'Boot local disk' }).click();
  await expect(machineRow(page, mac)).toContainText('Its own disk');
  expect(bootOf(server)).toEqual({ kind: 'local' });
  await assign.click();
  await page.getByRole('button', { name: 'Unassign and wait' }).click();
  await expect(machineRow(page, mac)).toContainText('Not assigned');
  expect(bootOf(server)).toEqual({ kind: 'wait' });
});

test('the first change asks for the token, a wrong one is refused with the reason', async ({ page, server }) => {
  await machineRow(page, mac).getByRole('button', { name: /^Assign/ }).click();
  await page.getByRole('button', { name: /^dos/ }).click();
  await expect(tokenDialog(page)).toContainText('STATE_DIR/admin-token');
  await giveToken(page, 'guess');
  await expect(tokenDialog(page)).toContainText('This is not the admin token');
  expect(bootOf(server)).toEqual({ kind: 'wait' });

  await giveToken(page);
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(machineRow(page, mac)).toContainText('dos');
  expect(server.writes).toHaveLength(1);
  expect(await page.evaluate(() => [sessionStorage.length, localStorage.getItem('bootferry-admin-token')])).toEqual([1, null]);
});

test('a remembered token stays on the device until it is forgotten', async ({ page }) => {
  await machineRow(page, mac).getByRole('button', { name: /^Assign/ }).click();
  await page.getByRole('button', { name: /^dos/ }).click();
  await page.getByLabel('Remember it on this device').check();
  await giveToken(page);
  await expect(machineRow(page, mac)).toContainText('dos');
  const kept = () => page.evaluate(() => localStorage.getItem('bootferry-admin-token'));
  expect(await kept()).toBe(token);
  await page.getByRole('button', { name: 'Forget the admin token' }).click();
  expect(await kept()).toBeNull();
});

test('a cancelled token dialog changes nothing', async ({ page, server }) => {
  await machineRow(page, mac).getByRole('button', { name: /^Assign/ }).click();
  await page.getByRole('button', { name: /^dos/ }).click();
  await tokenDialog(page).getByRole('button', { name: 'Cancel' }).click();
  await expect(tokenDialog(page)).toHaveCount(0);
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(page.getByRole('button', { name: /^dos/ })).toBeEnabled();
  expect(server.writes).toEqual([]);
});

test('a name is given, and a taken one is refused with the reason', async ({ page, server }) => {
  await knowToken(page);
  server.seeMachine('52:54:00:00:00:09', { name: 'taken', known: true });
  await page.getByRole('button', { name: `Rename ${mac}` }).click();
  const field = page.getByLabel(`Name of ${mac}`);
  await field.fill('taken');
  await field.press('Enter');
  await expect(page.getByRole('region', { name: 'Machines' })).toContainText('has the name taken already');
  await field.fill('pc1');
  await field.press('Enter');
  await expect(machineRow(page, 'pc1')).toContainText(mac);
  expect(server.clients.get(mac)?.name).toBe('pc1');
});
