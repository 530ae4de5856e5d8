// SPDX-License-Identifier: Apache-2.0
import { expect, machineRow, machines, test } from '../support/fixtures.ts';

const mac = '52:54:00:e2:e0:01';

test('an unknown machine appears on top without a reload', async ({ page, server }) => {
  server.seeMachine('52:54:00:00:00:09', { name: 'aardvark', known: true });
  await page.goto(server.url);
  await expect(machineRow(page, 'aardvark')).toBeVisible();
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));

  server.seeMachine(mac);

  await expect(machines(page).getByRole('listitem').first()).toContainText(mac);
  await expect(machineRow(page, mac)).toContainText('New');
  expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true);
});

test('a storm of events leaves the page with the last state', async ({ page, server }) => {
  await page.goto(server.url);
  await expect(machines(page)).toContainText('No machine has asked');
  for (let i = 10; i < 60; i += 1) server.seeMachine(`52:54:00:00:00:${i}`);
  await expect(machines(page).getByRole('listitem')).toHaveCount(50);
  const client = server.clients.get('52:54:00:00:00:10');
  if (client !== undefined) client.name = 'last';
  server.publish('client-changed', '52:54:00:00:00:10', 'last was changed');
  await expect(machineRow(page, 'last')).toBeVisible();
});

test('reset makes the page read everything anew', async ({ page, server }) => {
  const client = server.seeMachine(mac, { name: 'before' });
  await page.goto(server.url);
  await expect(machineRow(page, 'before')).toBeVisible();
  await expect(page.getByRole('status', { name: 'Server state' })).toContainText('Running');
  client.name = 'after';
  server.reset();
  await expect(machineRow(page, 'after')).toBeVisible();
});

test('only one event stream is opened', async ({ page, server }) => {
  const streams: string[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/events/stream')) streams.push(request.url());
  });
  await page.goto(server.url);
  server.seeMachine(mac);
  await expect(machineRow(page, mac)).toBeVisible();
  expect(streams).toHaveLength(1);
});

test('activity folds repetitions', async ({ page, server }) => {
  await page.goto(server.url);
  for (let i = 0; i < 3; i += 1) server.publish('script-served', mac, `${mac} waits to be assigned`);
  await expect(page.getByRole('region', { name: 'Activity' })).toContainText(`${mac} waits to be assigned (3 times)`);
});

test('sessions count their bytes by themselves', async ({ page, server }) => {
  server.seeMachine(mac, { name: 'pc1', known: true, state: 'on' });
  await page.goto(server.url);
  const sessions = page.getByRole('region', { name: 'Sessions' });
  await expect(sessions).toContainText('No machine has a disk open');
  const session = server.addSession(mac, 'dos');
  await expect(sessions.getByRole('row', { name: /pc1/ })).toContainText('1 MiB');
  session['bytes_read'] = 3 * 1024 * 1024;
  await expect(sessions.getByRole('row', { name: /pc1/ })).toContainText('3 MiB');
  await expect(sessions.getByRole('row', { name: /pc1/ })).toContainText('read 1.2 ms');
});
