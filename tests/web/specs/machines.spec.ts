// SPDX-License-Identifier: Apache-2.0
import { enter, expect, machineRow, machines, refusedWrite, test } from '../support/fixtures.ts';

const mac = '52:54:00:e2:e0:01';

test.use({ allowedComplaints: refusedWrite });

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

test('a machine that was never seen is added by its MAC', async ({ page, server }) => {
  server.seeMachine('52:54:00:00:00:09', { name: 'taken', known: true });
  await page.goto(server.url);
  await page.getByRole('button', { name: 'Add a machine' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a machine' });
  const add = dialog.getByRole('button', { name: 'Add it' });
  await expect(add).toBeDisabled();
  await dialog.getByLabel('MAC address').fill('52:54:00');
  await dialog.getByLabel('Name').fill('taken');
  await add.click();
  await expect(dialog.getByRole('alert')).toContainText('This is no MAC address');
  await dialog.getByLabel('MAC address').fill('52-54-00-00-00-09');
  await add.click();
  await expect(dialog.getByRole('alert')).toContainText('taken has this MAC address, and is in the list already.');
  await dialog.getByLabel('MAC address').fill('52-54-00-E2-E0-01');
  await add.click();
  await expect(dialog.getByRole('alert')).toContainText('has the name taken already');
  expect(server.clients.size).toBe(1);
  await dialog.getByLabel('Name').fill('cellar');
  await add.click();
  await expect(dialog).toHaveCount(0);
  await expect(machineRow(page, 'cellar')).toContainText('Off');
  expect(server.clients.get(mac)).toMatchObject({ name: 'cellar', known: true });
});

test('a viewer adds no machine', async ({ browser, server }) => {
  const context = await browser.newContext();
  await enter(context, server, 'viewer');
  const page = await context.newPage();
  await page.goto(server.url);
  await expect(machines(page)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Add a machine' })).toHaveCount(0);
  await context.close();
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

test('only one event stream is open, however many tabs there are', async ({ page, context, server }) => {
  await page.goto(server.url);
  server.seeMachine(mac);
  await expect(machineRow(page, mac)).toBeVisible();
  const second = await context.newPage();
  await second.goto(server.url);
  await expect(machineRow(second, mac)).toBeVisible();
  server.seeMachine('52:54:00:e2:e0:02');
  await expect(machineRow(page, '52:54:00:e2:e0:02')).toBeVisible();
  await expect(machineRow(second, '52:54:00:e2:e0:02')).toBeVisible();
  expect(server.streams).toBe(1);
});

test('a second browser sees a change at once', async ({ page, browser, server }) => {
  server.addImage('dos');
  server.seeMachine(mac);
  await page.goto(server.url);
  const other = await browser.newContext();
  await enter(other, server, 'viewer');
  const watcher = await other.newPage();
  await watcher.goto(server.url);
  await expect(machineRow(watcher, mac)).toContainText('Not assigned');

  await machineRow(page, mac).getByRole('button', { name: /^Assign/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: /^dos/ }).click();

  await expect(machineRow(watcher, mac)).toContainText('dos');
  await other.close();
});

test('a search leaves the machines that are like that', async ({ page, server }) => {
  for (let i = 10; i < 30; i += 1) server.seeMachine(`52:54:00:00:00:${i}`, { name: `pc${i}`, known: true, address: `10.99.0.${i}` });
  await page.goto(server.url);
  const search = page.getByRole('searchbox', { name: 'Search machines' });
  await search.fill('10.99.0.17');
  await expect(machines(page).getByRole('listitem')).toHaveCount(1);
  await expect(machineRow(page, 'pc17')).toBeVisible();
  await search.fill('no such');
  await expect(machines(page)).toContainText('No machine is like that.');
});

test('a boot that failed says why in the list, and how to mend it on its page', async ({ page, server }) => {
  server.seeMachine(mac, { name: 'pc1', known: true, state: 'off' });
  await page.goto(server.url);
  await expect(machineRow(page, 'pc1')).toContainText('Off');
  server.addBoot(mac, [[0, 'discover', 'It asks for an address.'], [2500, 'refused', 'It may not open dos.', 9000, 4]], {
    state: 'failed', stage: 'login', code: 'target-busy', reason: 'Another machine has dos open.', mend: 'Shut that one down.',
  });
  await expect(machineRow(page, 'pc1')).toContainText('Failed');
  await expect(machineRow(page, 'pc1')).toContainText('Another machine has dos open.');

  await page.getByRole('link', { name: 'pc1' }).click();
  const boots = page.getByRole('region', { name: 'Boots' });
  await expect(boots.getByRole('alert')).toContainText('Shut that one down.');
  const steps = boots.getByRole('list', { name: 'Steps of the boot' }).getByRole('listitem');
  await expect(steps).toHaveCount(2);
  await expect(steps.nth(1)).toContainText('+2.50 s');
  await expect(steps.nth(1)).toContainText('(4 times)');

  server.addBoot(mac, [[0, 'discover', 'It asks again.'], [10, 'script', 'It got its script.'], [20, 'login', 'It opened dos.']]);
  await expect(steps).toHaveCount(3);
  await expect(boots.getByRole('alert')).toHaveCount(0);
});

test('activity folds repetitions, and shows what is asked for', async ({ page, server }) => {
  server.seeMachine(mac, { name: 'pc1', known: true });
  await page.goto(`${server.url}#/activity`);
  for (let i = 0; i < 3; i += 1) server.publish('script-served', mac, `${mac} waits to be assigned`);
  const activity = page.getByRole('region', { name: 'Activity' });
  await expect(activity).toContainText('pc1 waits to be assigned (3 times)');
  await page.getByLabel('What about').selectOption('Trouble');
  await expect(activity).toContainText('Nothing of what is remembered fits.');
  server.publish('login-refused', mac, 'pc1 may not open dos');
  await expect(activity.getByRole('listitem')).toHaveCount(1);
  await page.getByLabel('What about').selectOption('Everything');
  await page.getByLabel('Words to look for').fill('WAITS');
  await expect(activity.getByRole('listitem')).toHaveCount(1);
});

test('sessions count their bytes by themselves, and one is dropped', async ({ page, server }) => {
  server.seeMachine(mac, { name: 'pc1', known: true, state: 'on' });
  await page.goto(`${server.url}#/sessions`);
  const sessions = page.getByRole('region', { name: 'Sessions' });
  await expect(sessions).toContainText('No machine has a disk open');
  const session = server.addSession(mac, 'dos');
  const row = sessions.getByRole('row', { name: /pc1/ });
  await expect(row).toContainText('1 MiB');
  session['bytes_read'] = 5 * 1024 * 1024;
  await expect(row).toContainText('5 MiB');
  await expect(row).toContainText('read 1.2 ms');
  await expect(row).toContainText('MiB/s');
  await row.getByRole('button', { name: /^Drop the session of pc1/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Drop' }).click();
  await expect(sessions).toContainText('No machine has a disk open');
});
