// SPDX-License-Identifier: Apache-2.0
// What every spec starts from: a fake server of its own, and a page that may not complain, nor talk to anyone else.
import { type BrowserContext, expect, type Page, test as base } from '@playwright/test';
import { FakeServer } from './fake_server.mjs';
import { guard } from './guard.ts';
import { startNginx } from './nginx.ts';

export const token = 'test-admin-token';

interface Fixtures {
  /** a project's choice: the server is seen through nginx, below /boot/ */
  behindNginx: boolean;
  server: FakeServer;
  /** console messages that this test expects; all others fail it */
  allowedComplaints: RegExp;
  /** as whom the browser has logged in before */
  visitor: 'admin' | 'viewer' | 'nobody';
}

export const test = base.extend<Fixtures>({
  allowedComplaints: [/(?!)/, { option: true }],
  visitor: ['admin', { option: true }],
  behindNginx: [false, { option: true }],

  server: async ({ behindNginx }, use) => {
    const server = new FakeServer();
    await server.start();
    const nginx = behindNginx ? await startNginx(server.port) : null;
    server.proxyUrl = nginx?.url ?? null;
    await use(server);
    await nginx?.stop();
    await server.stop();
  },

  page: async ({ page, server, allowedComplaints, visitor }, use) => {
    if (visitor !== 'nobody') await enter(page.context(), server, visitor);
    const judge = guard(page, server.url, allowedComplaints);
    await use(page);
    judge();
  },
});

export { expect };

/** Chromium's own note on a write that the server refused. */
export const refusedWrite = /status of (400|401|403|409)/;

export const machines = (page: Page) => page.getByRole('region', { name: 'Machines' });
export const machineRow = (page: Page, text: string) => machines(page).getByRole('listitem').filter({ hasText: text });

export async function giveToken(page: Page, value = token): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Admin token' });
  await dialog.getByLabel('Token', { exact: true }).fill(value);
  await dialog.getByRole('button', { name: 'Continue' }).click();
}

/** As if somebody had logged in before. */
export async function enter(context: BrowserContext, server: FakeServer, name: string): Promise<void> {
  await context.addCookies([{ name: 'bootferry-login', value: name, url: server.url, httpOnly: true, sameSite: 'Strict' }]);
}

export const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
