// SPDX-License-Identifier: Apache-2.0
// axe-core looks at every page and dialog in use, in both colour schemes and at phone width: no serious fault, nothing wider
// than the screen. A picture of each is left in build/web-screenshots, for people to look at.
import AxeBuilder from '@axe-core/playwright';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { expect, giveToken, machineRow, refusedWrite, test } from '../support/fixtures.ts';
import { fillWithHomeLab } from '../support/home_lab.mjs';

const pictures = fileURLToPath(new URL('../../../build/web-screenshots/', import.meta.url));
const phone = { width: 375, height: 740 };
const faces = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 900 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 900 } },
  { name: 'light-phone', colorScheme: 'light', viewport: phone },
  { name: 'dark-phone', colorScheme: 'dark', viewport: phone },
] as const;

const pages: [name: string, place: string, shows: string][] = [
  ['machines', '#/', 'workshop-pc'],
  ['machine', '#/machines/52:54:00:e2:e0:01', 'Steps of the boot'],
  ['machine-failed', '#/machines/52:54:00:e2:e0:03', 'before the update'],
  ['images', '#/images', 'msdos-622'],
  ['image', '#/images/windows-11', 'with Word'],
  ['network', '#/network', '10.99.0.104'],
  ['sessions', '#/sessions', '88 MiB'],
  ['activity', '#/activity', '(6 times)'],
  ['settings', '#/settings', 'About'],
];

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

for (const { name: face, ...use } of faces) {
  test.describe(face, () => {
    test.use({ ...use, allowedComplaints: refusedWrite });
    // axe takes seconds for each look, and longer on a busy machine.
    test.setTimeout(180_000);
    const picture = (page: Page, name: string) => page.screenshot({ path: `${pictures}${name}.${face}.png`, fullPage: true });

    for (const [name, place, shows] of pages) {
      test(name, async ({ page, server }) => {
        fillWithHomeLab(server);
        await page.goto(server.url + place);
        await expect(page.getByText(shows).or(page.getByLabel(shows)).first()).toBeVisible();
        await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
        if (name === 'network') await page.getByRole('button', { name: 'Run it' }).click();
        await picture(page, name);
        await expectNoSeriousFault(page);
        await expectNothingCut(page);
      });
    }

    test('dialogs', async ({ page, server }) => {
      fillWithHomeLab(server);
      await page.goto(server.url);
      await machineRow(page, '9c:b6:54:aa:10:7e').getByRole('button', { name: /^Assign/ }).click();
      await expect(page.getByRole('button', { name: /^msdos-622/ })).toBeVisible();
      await picture(page, 'assign');
      await expectNoSeriousFault(page);

      await page.getByRole('button', { name: 'Several drives' }).click();
      await picture(page, 'drives');
      await expectNoSeriousFault(page);
    });

    test('doors', async ({ page, server }) => {
      await page.context().clearCookies();
      await page.goto(server.url);
      await expect(page.getByRole('heading', { name: 'Log in' })).toBeVisible();
      await picture(page, 'login');
      await expectNoSeriousFault(page);

      fillWithHomeLab(server);
      server.users.clear();
      await page.reload();
      await expect(page.getByLabel('Code')).toBeVisible();
      await picture(page, 'first-visit');
      await expectNoSeriousFault(page);

      await page.getByRole('button', { name: 'Later: only look around' }).click();
      await machineRow(page, '9c:b6:54:aa:10:7e').getByRole('button', { name: /^Assign/ }).click();
      await page.getByRole('button', { name: /^rescue/ }).click();
      await expect(page.getByRole('dialog', { name: 'Admin token' })).toBeVisible();
      await picture(page, 'token');
      await expectNoSeriousFault(page);
      await giveToken(page, 'guess');
      await expect(page.getByText('This is not the admin token')).toBeVisible();
      await expectNoSeriousFault(page);
    });

    test('a boot entry', async ({ page, server }) => {
      fillWithHomeLab(server);
      await page.goto(`${server.url}#/machines/52:54:00:e2:e0:01`);
      await page.getByRole('button', { name: 'Add an entry' }).click();
      await page.getByLabel('What it boots').selectOption('Installer, with disks attached');
      await page.getByRole('button', { name: 'Add a drive' }).click();
      await picture(page, 'entry');
      await expectNoSeriousFault(page);
    });

    test('image dialogs and the check', async ({ page, server }) => {
      fillWithHomeLab(server);
      await page.goto(`${server.url}#/images`);
      await page.getByRole('button', { name: 'New image' }).click();
      await expect(page.getByRole('textbox', { name: 'Size' })).toHaveValue('16 GiB');
      await picture(page, 'new-image');
      await expectNoSeriousFault(page);
      await page.getByRole('button', { name: 'Cancel', exact: true }).click();

      await page.getByRole('link', { name: 'msdos-622' }).click();
      await page.getByRole('button', { name: 'Check', exact: true }).click();
      await expect(page.getByText('Write 63.')).toBeVisible();
      await picture(page, 'check');
      await expectNoSeriousFault(page);
      await expectNothingCut(page);
    });
  });
}
