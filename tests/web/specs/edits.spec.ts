// SPDX-License-Identifier: Apache-2.0
// Two people edit the same thing: nobody's work is lost, and who was later is told. And what a machine's page sets beside entries.
import { expect, refusedWrite, region, test } from '../support/fixtures.ts';

const mac = '52:54:00:e2:e0:01';
const debian = { name: 'Debian', boot: { kind: 'disks' as const, drives: [{ image: 'debian', mode: 'master' as const }] } };
const off = { name: 'Off', boot: { kind: 'poweroff' as const } };
const elseSentence = 'Somebody else changed this meanwhile';

test.use({ allowedComplaints: new RegExp(`${refusedWrite.source}|status of 412`) });

test.beforeEach(({ server }) => {
  server.addImage('debian');
  const client = server.seeMachine(mac, { name: 'pc1', known: true, boot: debian.boot });
  client.entries = [debian];
});

test('an entry that somebody else changed meanwhile is not overwritten', async ({ page, server }) => {
  await page.goto(`${server.url}#/machines/${mac}`);
  const entries = region(page, 'Boot entries');
  await entries.getByRole('button', { name: 'Edit Debian' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name in the menu').fill('Debian of mine');

  const client = server.clients.get(mac);
  client!.entries = [off, debian];
  server.publish('client-changed', mac, 'pc1 was changed');
  await dialog.getByRole('button', { name: 'Save' }).click();

  await expect(entries.getByRole('alert')).toContainText(elseSentence);
  await expect(entries.getByRole('listitem')).toHaveCount(2);
  expect(client!.entries.map(({ name }) => name)).toEqual(['Off', 'Debian']);

  await entries.getByRole('button', { name: 'Edit Debian' }).click();
  await dialog.getByLabel('Name in the menu').fill('Debian of mine');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(entries.getByRole('alert')).toHaveCount(0);
  await expect.poll(() => client!.entries.map(({ name }) => name)).toEqual(['Off', 'Debian of mine']);
});

test('somebody who is quicker by a moment is not overwritten either', async ({ page, server }) => {
  await page.goto(`${server.url}#/settings/machines`);
  await region(page, 'Script templates').getByRole('button', { name: 'Edit san' }).click();
  const dialog = page.getByRole('dialog', { name: 'Template san' });
  await dialog.getByLabel('Text of the template').fill('#!ipxe\nshell\n');
  // Between this page's look and its change.
  await page.route('**/api/v1/templates/san', async (route) => {
    if (route.request().method() === 'PUT') server.ownTemplates.set('san', '#!ipxe\nexit\n');
    await route.continue();
  });
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByRole('alert')).toContainText(elseSentence);
  expect(server.ownTemplates.get('san')).toBe('#!ipxe\nexit\n');
  // What was typed is still there, and is kept when he means it.
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toHaveCount(0);
  expect(server.ownTemplates.get('san')).toBe('#!ipxe\nshell\n');
});

test('a machine joins a group and leaves it', async ({ page, server }) => {
  for (const name of ['lab', 'office']) server.groups.set(name, { name, entries: [off], default_entry: null, menu_timeout: null, variables: {}, clients: [] });
  await page.goto(`${server.url}#/machines/${mac}`);
  const office = region(page, 'Boot entries').getByRole('checkbox', { name: 'office' });
  await office.click();  // it is ticked once the server has it
  await expect(office).toBeChecked();
  expect(server.clients.get(mac)?.groups).toEqual(['office']);
  await expect(region(page, 'Boot entries')).toContainText('From its groups: Off (office)');
  await office.click();
  await expect(office).not.toBeChecked();
  expect(server.clients.get(mac)?.groups).toEqual([]);
});

test('a machine gets fixed secrets, which nobody is shown', async ({ page, server }) => {
  await page.goto(`${server.url}#/machines/${mac}`);
  const access = region(page, 'Access to its disks');
  await expect(access).toContainText('a new secret with each boot script');
  await access.getByRole('button', { name: 'Change the access' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Proof').selectOption('CHAP, a fixed secret');
  await dialog.getByRole('textbox', { name: 'From' }).fill('10.99.0.0/24');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByRole('alert')).toContainText('CHAP needs a secret');
  await dialog.getByRole('textbox', { name: 'Secret of the machine' }).fill('fourteen chars');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(access).toContainText('CHAP, a fixed secret');
  await expect(access).toContainText('10.99.0.0/24');
  expect(server.writes.at(-1)?.body).toEqual({
    access: { auth: 'chap', initiator: null, user: null, from: '10.99.0.0/24', secret: 'fourteen chars' },
  });

  // The secret that is set stays when another thing is changed.
  await access.getByRole('button', { name: 'Change the access' }).click();
  await dialog.getByRole('textbox', { name: 'User' }).fill('kim');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(access).toContainText('kim');
  expect(server.clients.get(mac)?.access).toMatchObject({ secret_set: true, user: 'kim' });
});
