// SPDX-License-Identifier: Apache-2.0
// What few need, as the real server takes it: disks that are more than bytes, and a machine that is woken for one of its entries.
import { expect, type Page } from '@playwright/test';
import { knowToken, lookAround, need, test } from '../support/real_server.ts';

async function open(page: Page, place: string): Promise<void> {
  await page.goto(`${need('BOOTFERRY_URL')}#/${place}`);
  await lookAround(page);
  await knowToken(page);
}

const rowOf = (page: Page, image: string) => page.getByRole('region', { name: 'Images' }).getByRole('row', { name: new RegExp(image) });

test('a disk is made, and another one uploaded, with all that it is beside its bytes', async ({ page }) => {
  await open(page, 'images');
  await page.getByRole('button', { name: 'New image' }).click();
  const make = page.getByRole('dialog', { name: 'New image' });
  await make.getByLabel('Name').fill('made');
  await make.getByLabel('Size').fill('8M');
  await make.getByText('More').click();
  await make.getByLabel('Reserve all of its space now').check();
  await make.getByLabel('Removable').check();
  await make.getByLabel('Blocks').selectOption('4096 bytes; no BIOS boots from it');
  await make.getByRole('button', { name: 'Make it' }).click();
  await expect(rowOf(page, 'made')).toBeVisible();

  await page.getByLabel('Upload a file').setInputFiles(need('BOOTFERRY_UPLOAD_FILE'));
  const upload = page.getByRole('dialog', { name: 'Upload an image' });
  await upload.getByLabel('Name of the image').fill('sent');
  await upload.getByText('More').click();
  await upload.getByLabel('Removable').check();
  await upload.getByLabel('Blocks').selectOption('512 bytes, for DOS and old systems');
  await upload.getByRole('button', { name: 'Upload', exact: true }).click();
  await expect(rowOf(page, 'sent')).toBeVisible();
});

test('a machine is woken, for one of its entries', async ({ page }) => {
  await open(page, `machines/${need('BOOTFERRY_MAC')}`);
  await page.getByRole('button', { name: 'Wake' }).click();
  const dialog = page.getByRole('dialog', { name: 'Wake pc1' });
  await dialog.getByLabel('Next boot, once').selectOption('Shell');
  await dialog.getByRole('button', { name: 'Wake' }).click();
  await expect(page.getByText('A magic packet is on its way to pc1.')).toBeVisible();
});
