// SPDX-License-Identifier: Apache-2.0
import { expect, machineRow, test } from '../support/fixtures.ts';

const mac = '52:54:00:e2:e0:01';

test.use({ allowedComplaints: /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET|ERR_EMPTY|status of 502/ });

test('a restarted server is found again, and what happened meanwhile is read', async ({ page, server }) => {
  await page.goto(server.url);
  const state = page.getByRole('status', { name: 'Server state' });
  await expect(state).toContainText('Running');

  await server.stop();
  await expect(state).toContainText('Not connected');
  await expect(page.getByText('What you see may be old')).toBeVisible();

  server.seeMachine(mac);
  await server.start();
  await expect(state).toContainText('Running');
  await expect(machineRow(page, mac)).toBeVisible();
  await expect(page.getByText('What you see may be old')).toHaveCount(0);

  server.seeMachine('52:54:00:e2:e0:02');
  await expect(machineRow(page, '52:54:00:e2:e0:02')).toBeVisible();
});

test('an error page of a proxy on the way does not end the trying', async ({ page, server }) => {
  await page.goto(server.url);
  const state = page.getByRole('status', { name: 'Server state' });
  await expect(state).toContainText('Running');

  server.readsAnswer = 502;
  await server.stop();
  await server.start();
  await expect(state).toContainText('Not connected');

  server.readsAnswer = null;
  server.seeMachine(mac);
  await expect(state).toContainText('Running');
  await expect(machineRow(page, mac)).toBeVisible();
});

test('a page opened while the API fails says why, and recovers', async ({ page, server }) => {
  server.readsAnswer = 502;
  await page.goto(server.url);
  await expect(page.getByRole('region', { name: 'Machines' }).getByRole('alert')).toContainText('The server is not there.');
  server.readsAnswer = null;
  await expect(page.getByRole('region', { name: 'Machines' })).toContainText('No machine has asked');
});
