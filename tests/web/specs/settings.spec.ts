// SPDX-License-Identifier: Apache-2.0
// The sections of the settings: each has an address, and what has none any more says so.
import { expect, region, test } from '../support/fixtures.ts';

test('each section has its own address, and the way back leads to the one before', async ({ page, server }) => {
  await page.goto(`${server.url}#/settings`);
  const sections = page.getByRole('navigation', { name: 'Sections of the settings' });
  await expect(sections.getByRole('link', { name: 'General' })).toHaveAttribute('aria-current', 'page');
  await expect(region(page, 'About')).toBeVisible();
  await expect(region(page, 'Users')).toHaveCount(0);

  // By keyboard alone.
  await sections.getByRole('link', { name: 'Machines' }).focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(region(page, 'Users')).toBeVisible();
  expect(new URL(page.url()).hash).toBe('#/settings/people');
  await expect(sections.getByRole('link', { name: 'People' })).toHaveAttribute('aria-current', 'page');
  await expect(region(page, 'About')).toHaveCount(0);
  await expect(page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Settings' })).toHaveAttribute('aria-current', 'page');

  await page.reload();
  await expect(region(page, 'API tokens')).toBeVisible();
  await page.goBack();
  await expect(region(page, 'About')).toBeVisible();
});

test('a section that there is not is said to be none', async ({ page, server }) => {
  await page.goto(`${server.url}#/settings/moon`);
  await expect(page.getByRole('heading', { name: 'There is nothing here' })).toBeVisible();
});

test('a phone shows the ways to all sections', async ({ page, server }) => {
  await page.setViewportSize({ width: 320, height: 700 });
  await page.goto(`${server.url}#/settings`);
  const links = page.getByRole('navigation', { name: 'Sections of the settings' }).getByRole('link');
  await expect(links).toHaveText(['General', 'Machines', 'People', 'Data', 'Notifications']);
  for (const link of await links.all()) await expect(link).toBeInViewport({ ratio: 1 });
});
