// SPDX-License-Identifier: Apache-2.0
// A viewer on a real server: sees every page, is offered nothing that changes anything, and is refused by the API where he asks himself.
import { expect } from '@playwright/test';
import { logIn, need, test } from '../support/real_server.ts';

interface Document {
  paths: Record<string, Record<string, { 'x-right': string }>>;
}

test.use({ allowedComplaints: /status of 403/ });

test('a viewer can change nothing', async ({ page }) => {
  const url = need('BOOTFERRY_URL');
  await page.goto(url);
  await logIn(page);

  const harmless = new RegExp(`^(Use (dark|light) colours|Logged in as ${need('BOOTFERRY_USER')}|Check|Look inside|Bootferry|Packets)`);
  const mac = need('BOOTFERRY_MAC');
  const image = need('BOOTFERRY_IMAGE');
  for (const place of ['#/', `#/machines/${mac}`, '#/images', `#/images/${image}`, '#/network', '#/sessions', '#/activity', '#/settings', '#/settings/machines', '#/settings/people']) {
    await page.goto(url + place);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.getByRole('status', { name: 'Server state' })).toContainText('Running');
    const buttons = await page.getByRole('button').all();
    const names = await Promise.all(buttons.map(async (button) => (await button.getAttribute('aria-label')) ?? (await button.innerText())));
    expect([place, names.filter((name) => !harmless.test(name))]).toEqual([place, []]);
  }

  // Not the page's word alone: every operation that is more than reading, asked with his own cookie.
  const refusals = await page.evaluate(async () => {
    const api = (path: string) => new URL(path, document.baseURI).href;
    const { paths } = (await (await fetch(api('api/v1/openapi.json'))).json()) as Document;
    const found: Record<string, number> = {};
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        if (!['write', 'admin', 'control'].includes(operation['x-right'])) continue;
        const filled = path.replaceAll(/\{[^}]+\}/g, '1').slice(1);
        const answer = await fetch(api(filled), {
          method: method.toUpperCase(), headers: { 'X-Bootferry': '1', 'Content-Type': 'application/json' }, body: method === 'get' ? null : '{}',
        });
        found[`${method} ${path}`] = answer.status;
      }
    }
    return found;
  });
  expect(Object.keys(refusals).length).toBeGreaterThan(40);
  expect(Object.entries(refusals).filter(([, status]) => status !== 403)).toEqual([]);
  console.log(`${Object.keys(refusals).length} operations were refused to the viewer`);
});
