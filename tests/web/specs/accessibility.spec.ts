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
const desk = { width: 1280, height: 900 };
const faces = [
  { name: 'light', colorScheme: 'light', viewport: desk, judged: true },
  { name: 'dark', colorScheme: 'dark', viewport: desk, judged: true },
  // What colours do beside each other does not depend on the width.
  { name: 'dark-phone', colorScheme: 'dark', viewport: phone, judged: false },
  { name: 'light-phone', colorScheme: 'light', viewport: phone, judged: true },
] as const;

const pages: [name: string, place: string, shows: string][] = [
  ['machines', '#/', 'workshop-pc'],
  ['machine', '#/machines/52:54:00:e2:e0:01', 'Steps of the boot'],
  ['machine-failed', '#/machines/52:54:00:e2:e0:03', 'before the update'],
  ['images', '#/images', 'msdos-622'],
  ['image', '#/images/windows-11', 'with Word'],
  ['image-gone', '#/images/old-laptop', 'Put the file back there'],
  ['network', '#/network', '10.99.0.104'],
  ['sessions', '#/sessions', '88 MiB'],
  ['activity', '#/activity', '(6 times)'],
  ['settings', '#/settings', 'About'],
  ['settings-machines', '#/settings/machines', 'Edit wait'],
  ['settings-people', '#/settings/people', 'grafana'],
  ['settings-data', '#/settings/data', 'Download a backup'],
  ['settings-notifications', '#/settings/notifications', 'ntfy.lan'],
];

async function expectNoSeriousFault(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(serious.map(({ id, nodes }) => ({ id, where: nodes.map(({ html }) => html) }))).toEqual([]);
}

/** Nothing may be wider than the screen or than the card it is in, and no word of the head than its button. */
async function expectNothingCut(page: Page): Promise<void> {
  const cut = await page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll('section, header button *')]
      .filter((element) => element.scrollWidth > element.clientWidth)
      .map((element) => element.textContent),
  );
  expect(cut).toEqual([]);
}

/** A word that fits a column stands on one line; what is longer (a MAC, an IQN, a version) may go on in the next. */
async function expectNoShortWordBroken(page: Page): Promise<void> {
  const broken = await page.evaluate(() => {
    const found: string[] = [];
    for (const cell of document.querySelectorAll('table :is(th, td)')) {
      const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
      for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
        for (const { 0: word, index } of (text.textContent ?? '').matchAll(/[^\s-]+/g)) {
          if (word.length > 13) continue;
          const range = document.createRange();
          range.setStart(text, index);
          range.setEnd(text, index + word.length);
          if (new Set([...range.getClientRects()].map(({ top }) => top)).size > 1) found.push(word);
        }
      }
    }
    return found;
  });
  expect(broken).toEqual([]);
}

/** Shows what is there in every face, takes a picture of each, and leaves it as it was found. */
async function lookAt(page: Page, name: string): Promise<void> {
  for (const { name: face, colorScheme, viewport, judged } of faces) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(viewport);
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', colorScheme);
    await page.screenshot({ path: `${pictures}${name}.${face}.png`, fullPage: true });
    await expectNothingCut(page);
    await expectNoShortWordBroken(page);
    if (judged) await expectNoSeriousFault(page);
  }
  await page.setViewportSize(desk);
}

test.use({ allowedComplaints: refusedWrite });
// axe takes seconds for each look, and longer on a busy machine.
test.setTimeout(180_000);

for (const [name, place, shows] of pages) {
  test(name, async ({ page, server }) => {
    fillWithHomeLab(server);
    await page.goto(server.url + place);
    await expect(page.getByText(shows).or(page.getByLabel(shows)).first()).toBeVisible();
    await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
    if (name === 'network') await page.getByRole('button', { name: 'Run it' }).click();
    await lookAt(page, name);
  });
}

test('dialogs', async ({ page, server }) => {
  fillWithHomeLab(server);
  await page.goto(server.url);
  await machineRow(page, '9c:b6:54:aa:10:7e').getByRole('button', { name: /^Assign/ }).click();
  await expect(page.getByRole('button', { name: /^msdos-622/ })).toBeVisible();
  await lookAt(page, 'assign');
  await page.getByRole('button', { name: 'Several drives' }).click();
  await page.getByLabel('Mode of drive 0x80').selectOption('private');
  await lookAt(page, 'drives');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Add a machine' }).click();
  await expect(page.getByLabel('MAC address')).toBeVisible();
  await lookAt(page, 'add-machine');
});

test('doors', async ({ page, server }) => {
  await page.context().clearCookies();
  await page.goto(server.url);
  await expect(page.getByRole('heading', { name: 'Log in' })).toBeVisible();
  await lookAt(page, 'login');

  fillWithHomeLab(server);
  server.users.clear();
  await page.reload();
  await expect(page.getByLabel('Code')).toBeVisible();
  await lookAt(page, 'first-visit');
  await page.getByLabel('Code').fill(server.code);
  await page.getByRole('button', { name: 'Can machines boot here? Look' }).click();
  await expect(page.getByText('The others:')).toBeVisible();
  await lookAt(page, 'first-visit-check');

  await page.getByRole('button', { name: 'Later: only look around' }).click();
  await machineRow(page, '9c:b6:54:aa:10:7e').getByRole('button', { name: /^Assign/ }).click();
  await page.getByRole('button', { name: /^rescue/ }).click();
  await expect(page.getByRole('dialog', { name: 'Admin token' })).toBeVisible();
  await giveToken(page, 'guess');
  await expect(page.getByText('This is not the admin token')).toBeVisible();
  await lookAt(page, 'token');
});

test('a boot entry', async ({ page, server }) => {
  fillWithHomeLab(server);
  await page.goto(`${server.url}#/machines/52:54:00:e2:e0:01`);
  await page.getByRole('button', { name: 'Add an entry' }).click();
  await page.getByLabel('What it boots').selectOption('Installer, with disks attached');
  await page.getByRole('button', { name: 'Add a drive' }).click();
  await lookAt(page, 'entry');
});

test('a rule and a variable', async ({ page, server }) => {
  fillWithHomeLab(server);
  await page.goto(`${server.url}#/settings/machines`);
  await page.getByRole('button', { name: 'Edit rule 2' }).click();
  await expect(page.getByLabel('Image of drive 0x80')).toBeVisible();
  await lookAt(page, 'rule');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Change the variable mirror' }).click();
  await expect(page.getByRole('textbox', { name: 'Value' })).toHaveValue('10.99.0.9');
  await lookAt(page, 'variable');
});

test('image dialogs and the check', async ({ page, server }) => {
  fillWithHomeLab(server);
  await page.goto(`${server.url}#/images`);
  await page.getByRole('button', { name: 'New image' }).click();
  await expect(page.getByRole('textbox', { name: 'Size' })).toHaveValue('16 GiB');
  await lookAt(page, 'new-image');
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();

  await page.getByRole('link', { name: 'msdos-622' }).click();
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await expect(page.getByText('Write 63.')).toBeVisible();
  await lookAt(page, 'check');
});
