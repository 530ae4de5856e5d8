// SPDX-License-Identifier: Apache-2.0
// axe-core looks at the page in use, in both colour schemes and at phone width: no serious fault, nothing wider than the screen.
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, giveToken, machineRow, refusedWrite, test } from '../support/fixtures.ts';
import { fillWithHomeLab } from '../support/home_lab.mjs';

const phone = { width: 375, height: 740 };
const faces = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 900 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 900 } },
  { name: 'light phone', colorScheme: 'light', viewport: phone },
  { name: 'dark phone', colorScheme: 'dark', viewport: phone },
] as const;

async function expectNoSeriousFault(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(serious.map(({ id, nodes }) => ({ id, where: nodes.map(({ html }) => html) }))).toEqual([]);
}

/** Nothing may be wider than the screen or than the card it is in. */
async function expectNothingCut(page: Page): Promise<void> {
  const cut = await page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll('section')]
      .filter((element) => element.scrollWidth > element.clientWidth)
      .map((element) => element.textContent),
  );
  expect(cut).toEqual([]);
}

for (const { name, ...use } of faces) {
  test.describe(name, () => {
    test.use({ ...use, allowedComplaints: refusedWrite });

    test('page, choice and token dialog', async ({ page, server }) => {
      fillWithHomeLab(server);
      await page.goto(server.url);
      await expect(machineRow(page, 'workshop-pc')).toBeVisible();
      await expectNoSeriousFault(page);
      await expectNothingCut(page);

      await machineRow(page, '9c:b6:54:aa:10:7e').getByRole('button', { name: /^Assign/ }).click();
      await expect(page.getByRole('button', { name: /^msdos-622/ })).toBeVisible();
      await expectNoSeriousFault(page);

      await page.getByRole('button', { name: 'Several drives' }).click();
      await expectNoSeriousFault(page);

      await page.getByRole('button', { name: 'Assign drives' }).click();
      await expect(page.getByRole('dialog', { name: 'Admin token' })).toBeVisible();
      await expectNoSeriousFault(page);

      await giveToken(page, 'guess');
      await expect(page.getByText('This is not the admin token')).toBeVisible();
      await expectNoSeriousFault(page);
    });
  });
}
