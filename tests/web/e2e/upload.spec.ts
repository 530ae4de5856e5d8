// SPDX-License-Identifier: Apache-2.0
// A large image is on its way when the server dies and comes back: the page says so, finds it again, and sends the rest.
import { expect } from '@playwright/test';
import { askHarness, knowToken, lookAround, need, test } from '../support/real_server.ts';

// What a browser says of a line that was cut.
test.use({ allowedComplaints: /net::ERR_/ });

test('an upload survives a server that is killed in the middle of it', async ({ page }) => {
  const patience = Number(process.env['BOOTFERRY_UPLOAD_SECONDS'] ?? 300) * 1000;
  test.setTimeout(patience + 60_000);
  await page.goto(`${need('BOOTFERRY_URL')}#/images`);
  await lookAround(page);
  await knowToken(page);
  await page.getByLabel('Upload a file').setInputFiles(need('BOOTFERRY_UPLOAD_FILE'));
  const dialog = page.getByRole('dialog', { name: 'Upload an image' });
  await dialog.getByLabel('Name of the image').fill('large');
  await dialog.getByRole('button', { name: 'Upload', exact: true }).click();

  const sent = () => page.getByRole('progressbar', { name: 'Progress of the upload of large' }).getAttribute('aria-valuenow').then(Number);
  await expect.poll(sent, { timeout: patience, intervals: [100] }).toBeGreaterThan(10);
  askHarness('BOOTFERRY_KILL_SERVER');
  const state = page.getByRole('status', { name: 'Server state' });
  await expect(state).toContainText('Not connected');
  await expect(state).toContainText('Running', { timeout: 60_000 });
  await expect(page.getByRole('region', { name: 'Images' }).getByRole('row', { name: /large/ })).toContainText('1 GiB', { timeout: patience });
  await expect(page.getByRole('region', { name: 'Uploads' })).toHaveCount(0);
});
