// SPDX-License-Identifier: Apache-2.0
import { FakeServer } from '../support/fake_server.mjs';
import { expect, machineRow, test } from '../support/fixtures.ts';

// The page must not know where it lives: a reverse proxy may serve it below a path.
test.use({
  server: async ({}, use) => {
    const server = new FakeServer({ base: '/boot/' });
    await server.start();
    await use(server);
    await server.stop();
  },
});

test('the page works below a base path', async ({ page, server }) => {
  await page.goto(server.url);
  await expect(page.getByRole('status', { name: 'Server state' })).toContainText('Running');
  server.seeMachine('52:54:00:e2:e0:01');
  await expect(machineRow(page, '52:54:00:e2:e0:01')).toBeVisible();
});
