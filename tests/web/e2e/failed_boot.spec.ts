// SPDX-License-Identifier: Apache-2.0
// A PC is given an image without a system, by mouse: its row and its page say why it does not boot, and what to do.
import { expect } from '@playwright/test';
import { powerOff, requireMachine } from '../support/real_machine.ts';
import { knowToken, lookAround, test } from '../support/real_server.ts';

test('a boot that fails is told with its reason and its mend', async ({ page }) => {
  const pc = requireMachine();
  test.setTimeout(pc.bootMilliseconds * 2 + 60_000);
  await page.goto(pc.url);
  await lookAround(page);
  await knowToken(page);
  const row = page.getByRole('region', { name: 'Machines' }).getByRole('listitem').filter({ hasText: pc.mac });
  const power = pc.powerOn();
  try {
    await row.getByRole('button', { name: /^Assign/ }).click({ timeout: pc.bootMilliseconds });
    await page.getByRole('list', { name: 'Images to boot' }).getByRole('button').filter({ hasText: pc.image }).click();
    await expect(row).toContainText('boot signature', { timeout: pc.bootMilliseconds });
    await expect(row).toContainText(/Stalled|Failed/);
    await row.getByRole('link').click();
    const boots = page.getByRole('region', { name: 'Boots' });
    await expect(boots.getByRole('alert')).toContainText('boot signature');
    await expect(boots.getByRole('list', { name: 'Steps of the boot' }).getByRole('listitem').first()).toContainText('+0.00 s');
  } finally {
    powerOff(power);
  }
});
