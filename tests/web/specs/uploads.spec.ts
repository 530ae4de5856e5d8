// SPDX-License-Identifier: Apache-2.0
// Files on their way: by choice and by drop, over a line that breaks, a server that restarts, and a tab that is closed.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { expect, refusedWrite, region, test } from '../support/fixtures.ts';

const size = 24 * 1024 * 1024;

// A line that breaks behind a proxy is a 502 to the browser.
test.use({ allowedComplaints: new RegExp(`${refusedWrite.source}|ERR_|status of (404|502)`) });

function makeFile(): { path: string; sum: string } {
  const bytes = Buffer.alloc(size, 'bootferry');
  bytes.writeUInt32LE(process.pid, 12_345_678);
  const path = test.info().outputPath('my disk.img.xz');
  writeFileSync(path, bytes);
  return { path, sum: createHash('sha256').update(bytes).digest('hex') };
}

async function choose(page: Page, path: string, name?: string): Promise<void> {
  await page.getByLabel('Upload a file').setInputFiles(path);
  const dialog = page.getByRole('dialog', { name: 'Upload an image' });
  if (name !== undefined) await dialog.getByLabel('Name of the image').fill(name);
  await dialog.getByRole('button', { name: 'Upload', exact: true }).click();
  await expect(dialog).toHaveCount(0);
}

test('a line that breaks in the middle is mended, and every byte arrives once', async ({ page, server }) => {
  const file = makeFile();
  server.cutUploadAt = size / 3;
  await page.goto(`${server.url}#/images`);
  await choose(page, file.path);
  await expect(region(page, 'Images').getByRole('row', { name: /my-disk/ })).toContainText('24 MiB');
  await expect(region(page, 'Uploads')).toHaveCount(0);
  expect(server.receivedSums.get('my-disk')).toBe(file.sum);
  expect(server.cutUploadAt).toBeNull();
});

test('an upload goes on after the tab was closed, when the same file is chosen again', async ({ page, context, server }) => {
  const file = makeFile();
  server.cutUploadAt = size / 2;
  await page.goto(`${server.url}#/images`);
  // The line breaks for good: what is sent after the first piece is refused.
  await page.route('**/api/v1/uploads/*', (route) => (server.cutUploadAt === null ? route.abort() : route.continue()));
  await choose(page, file.path, 'dos');
  await expect.poll(() => server.cutUploadAt).toBeNull();
  await page.close();
  const arrived = [...server.uploads.values()][0]?.offset ?? 0;
  expect(arrived).toBeGreaterThan(0);

  const again = await context.newPage();
  await again.goto(`${server.url}#/images`);
  await expect(region(again, 'Uploads')).toContainText('Choose the same file and name again');
  await choose(again, file.path, 'dos');
  await expect(region(again, 'Images').getByRole('row', { name: /dos/ })).toBeVisible();
  expect(server.receivedSums.get('dos')).toBe(file.sum);
});

test('a taken name is refused before a byte is sent', async ({ page, server }) => {
  server.addImage('dos');
  await page.goto(`${server.url}#/images`);
  await page.getByLabel('Upload a file').setInputFiles(makeFile().path);
  const dialog = page.getByRole('dialog', { name: 'Upload an image' });
  await dialog.getByLabel('Name of the image').fill('dos');
  await dialog.getByRole('button', { name: 'Upload', exact: true }).click();
  await expect(dialog.getByRole('alert')).toContainText('choose another name');
  expect(server.uploads.size).toBe(0);
});

test('a file is dropped on the page', async ({ page, server }) => {
  await page.goto(`${server.url}#/images`);
  const transfer = await page.evaluateHandle(() => {
    const made = new DataTransfer();
    made.items.add(new File(['a floppy of few bytes'], 'floppy.img'));
    return made;
  });
  const images = region(page, 'Images');
  await expect(images).toBeVisible();
  await images.dispatchEvent('dragenter', { dataTransfer: transfer });
  await expect(page.getByText('Drop the file to upload it')).toBeVisible();
  await images.dispatchEvent('drop', { dataTransfer: transfer });
  await page.getByRole('dialog', { name: 'Upload an image' }).getByRole('button', { name: 'Upload', exact: true }).click();
  await expect(images.getByRole('row', { name: /floppy/ })).toContainText('21 B');
});
