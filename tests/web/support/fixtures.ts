// SPDX-License-Identifier: Apache-2.0
// What every spec starts from: a fake server of its own, and a page that may not complain, nor talk to anyone else.
import { expect, type Page, test as base } from '@playwright/test';
import { FakeServer } from './fake_server.mjs';

export const token = 'test-admin-token';

interface Fixtures {
  server: FakeServer;
  /** console messages that this test expects; all others fail it */
  allowedComplaints: RegExp;
}

export const test = base.extend<Fixtures>({
  allowedComplaints: [/(?!)/, { option: true }],

  server: async ({}, use) => {
    const server = new FakeServer();
    await server.start();
    await use(server);
    await server.stop();
  },

  page: async ({ page, server, allowedComplaints }, use) => {
    const complaints: string[] = [];
    const strangers: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      const { protocol, host } = new URL(request.url());
      if (protocol !== 'data:' && host !== new URL(server.url).host) strangers.push(request.url());
    });
    await use(page);
    expect(complaints.filter((text) => !allowedComplaints.test(text))).toEqual([]);
    expect(strangers, 'requests to anyone but the server').toEqual([]);
  },
});

export { expect };

/** Chromium's own note on a write that the server refused. */
export const refusedWrite = /status of (401|403|409)/;

export const machines = (page: Page) => page.getByRole('region', { name: 'Machines' });
export const machineRow = (page: Page, text: string) => machines(page).getByRole('listitem').filter({ hasText: text });

export async function giveToken(page: Page, value = token): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Admin token' });
  await dialog.getByLabel('Token', { exact: true }).fill(value);
  await dialog.getByRole('button', { name: 'Continue' }).click();
}
