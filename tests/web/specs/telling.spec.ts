// SPDX-License-Identifier: Apache-2.0
// What goes out of the house: webhooks that are tried, and diagnostics for strangers.
import { diagnostics } from '../support/fake_telling.mjs';
import { expect, region, test } from '../support/fixtures.ts';

const webhook = {
  number: 1, address: 'https://ntfy.lan:443', events: ['unknown-client', 'boot-failed'], signed: true, failing_since: null, last: null,
  delivered: 0, lost: 0, waiting: 0,
};

test('a webhook is tried, and what came back is said', async ({ page, server }) => {
  server.webhooks = [{ ...webhook }];
  await page.goto(`${server.url}#/settings/notifications`);
  const row = region(page, 'Webhooks').getByRole('row', { name: /ntfy\.lan/ });
  await expect(row).toContainText('unknown-client, boot-failed');
  await expect(row).toContainText('not used yet');
  await row.getByRole('button', { name: 'Send a test to https://ntfy.lan:443' }).click();
  await expect(row).toContainText('delivered');
  server.webhookAnswers = { delivered: false, status: 404, text: 'https://ntfy.lan:443 answered 404 Not Found' };
  await row.getByRole('button', { name: /^Send a test/ }).click();
  await expect(row).toContainText('answered 404 Not Found');
});

test('one that begins to fail is seen at once', async ({ page, server }) => {
  server.webhooks = [{ ...webhook }];
  await page.goto(`${server.url}#/settings/notifications`);
  const card = region(page, 'Webhooks');
  await expect(card).toContainText('not used yet');
  server.webhooks = [{
    ...webhook, lost: 3,
    last: { at: new Date().toISOString(), kind: 'boot-failed', delivered: false, status: null, text: 'no receiver answers', milliseconds: 1 },
  }];
  server.publish('webhook-failed', null, 'Webhook 1 does not take what it is told');
  await expect(card).toContainText('no receiver answers');
  await expect(card).toContainText('Lost since the start: 3');
});

test('without a webhook the card says where they come from', async ({ page, server }) => {
  await page.goto(`${server.url}#/settings/notifications`);
  await expect(region(page, 'Webhooks')).toContainText('[[webhooks]]');
});

test.describe('a viewer', () => {
  test.use({ visitor: 'viewer' });

  test('sees neither webhooks nor diagnostics', async ({ page, server }) => {
    await page.goto(`${server.url}#/settings`);
    await expect(region(page, 'About')).toContainText('Bootferry 0.1.0');
    await expect(page.getByRole('button', { name: 'Copy diagnostics' })).toHaveCount(0);
    const sections = page.getByRole('navigation', { name: 'Sections of the settings' });
    await expect(sections.getByRole('link')).toHaveText(['General', 'Machines', 'People']);
    await page.goto(`${server.url}#/settings/notifications`);
    await expect(page.getByRole('heading', { name: 'There is nothing here' })).toBeVisible();
  });
});

test('diagnostics go to the clipboard', async ({ page, server, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(`${server.url}#/settings`);
  await page.getByRole('button', { name: 'Copy diagnostics' }).click();
  await expect(page.getByText('Copied. Secrets are not in it')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(diagnostics);
});

test('and go there from a page without HTTPS', async ({ page, server }) => {
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'clipboard', { value: undefined }));
  await page.goto(`${server.url}#/settings`);
  await page.getByRole('button', { name: 'Copy diagnostics' }).click();
  await expect(page.getByText('Copied. Secrets are not in it')).toBeVisible();
});

test('and are a file where the browser keeps the clipboard', async ({ page, server }) => {
  await page.addInitScript(() => {
    Object.defineProperty(Navigator.prototype, 'clipboard', { value: undefined });
    Document.prototype.execCommand = () => false;
  });
  await page.goto(`${server.url}#/settings`);
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Copy diagnostics' }).click();
  expect((await downloading).suggestedFilename()).toBe('bootferry-diagnostics.txt');
  await expect(page.getByText('Saved as a file')).toBeVisible();
});
