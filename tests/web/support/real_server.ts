// SPDX-License-Identifier: Apache-2.0
// What the specs on a real Bootferry share: the way past its doors, and the things that the harness does when a file is touched.
import { execFileSync } from 'node:child_process';
import { expect, type Page, test as base } from '@playwright/test';
import { guard } from './guard.ts';

/** As of support/fixtures.ts: the page complains of nothing that `allowedComplaints` does not name. */
export const test = base.extend<{ allowedComplaints: RegExp }>({
  allowedComplaints: [/(?!)/, { option: true }],
  page: async ({ page, allowedComplaints }, use) => {
    const judge = guard(page, need('BOOTFERRY_URL'), allowedComplaints);
    await use(page);
    judge();
  },
});

export function need(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set: tests/web/README.md lists what an e2e run needs`);
  return value;
}

/** Past the first visit, which may wait: the admin token is asked for at the first change. */
export async function lookAround(page: Page): Promise<void> {
  const later = page.getByRole('button', { name: 'Later: only look around' });
  await expect(later.or(page.getByRole('main').getByRole('heading', { level: 1 })).first()).toBeVisible();
  if (await later.isVisible()) await later.click();
}

/** As the user that the harness has made; the browser keeps the cookie. */
export async function logIn(page: Page): Promise<void> {
  await page.getByLabel('Name').fill(need('BOOTFERRY_USER'));
  await page.getByRole('textbox', { name: 'Password' }).fill(need('BOOTFERRY_PASSWORD'));
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('button', { name: `Logged in as ${need('BOOTFERRY_USER')}` })).toBeVisible();
}

/** As if the token had been given before. */
export async function knowToken(page: Page): Promise<void> {
  await page.evaluate((token) => sessionStorage.setItem('bootferry-admin-token', token), need('BOOTFERRY_TOKEN'));
}

/** Runs a command of the harness that only asks for something. */
export function askHarness(name: string): void {
  execFileSync('/bin/sh', ['-c', need(name)]);
}
