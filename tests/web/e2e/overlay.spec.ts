// SPDX-License-Identifier: Apache-2.0
// A PC boots a private view of an image and writes to it; the person applies that to the image, and rolls the PC back.
import { expect } from '@playwright/test';
import { powerOff, requireMachine } from '../support/real_machine.ts';
import { askHarness, knowToken, lookAround, test } from '../support/real_server.ts';

test('what a machine wrote is kept, applied, and rolled back', async ({ page }) => {
  const pc = requireMachine();
  test.setTimeout(pc.bootMilliseconds * 2 + 120_000);
  await page.goto(pc.url);
  await lookAround(page);
  await knowToken(page);
  const row = page.getByRole('region', { name: 'Machines' }).getByRole('listitem').filter({ hasText: pc.mac });
  const power = pc.powerOn();
  try {
    await row.getByRole('button', { name: /^Assign/ }).click({ timeout: pc.bootMilliseconds });
    await page.getByRole('dialog').getByText('Private', { exact: true }).click();
    await page.getByRole('list', { name: 'Images to boot' }).getByRole('button').filter({ hasText: pc.image }).click();
    await expect.poll(() => pc.serialLog(), { timeout: pc.bootMilliseconds, intervals: [200] }).toContain('BOOTFERRY-PROBE-DONE');
    await row.getByRole('link').click();
    const changes = page.getByRole('region', { name: `Changes to ${pc.image}` });
    await expect(changes).toContainText('The machine has it open');
    askHarness('BOOTFERRY_POWER_OFF');
    await changes.getByRole('button', { name: 'Snapshot', exact: true }).click({ timeout: 60_000 });
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Comment').fill('after the first boot');
    await dialog.getByRole('button', { name: 'Take the snapshot' }).click();
    await expect(changes.getByRole('row', { name: /after the first boot/ })).toBeVisible();
    await changes.getByRole('button', { name: 'Apply to the image' }).click();
    await dialog.getByLabel('Comment').fill('booted once');
    await dialog.getByRole('button', { name: 'Apply', exact: true }).click();
    await expect(changes).toContainText('version 2');
    await changes.getByRole('button', { name: 'Roll back to snapshot 1' }).click();
    await dialog.getByRole('button', { name: 'Roll back', exact: true }).click();
    await expect(changes).toContainText('Behind');
  } finally {
    powerOff(power);
  }
});
