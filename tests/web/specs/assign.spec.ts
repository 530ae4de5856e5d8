// SPDX-License-Identifier: Apache-2.0
import type { FakeServer } from '../support/fake_server.mjs';
import { expect, machineRow, refusedWrite, region, test } from '../support/fixtures.ts';

const mac = '52:54:00:e2:e0:01';

test.use({ allowedComplaints: refusedWrite });

test.beforeEach(async ({ page, server }) => {
  server.addImage('dos');
  server.addImage('debian');
  server.seeMachine(mac);
  await page.goto(server.url);
});

function bootOf(server: FakeServer) {
  return server.clients.get(mac)?.boot;
}

test('two clicks of the mouse assign an image', async ({ page, server }) => {
  await machineRow(page, mac).getByRole('button', { name: /^Assign/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: /^dos/ }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(machineRow(page, mac)).toContainText('dos');
  expect(bootOf(server)).toEqual({ kind: 'disks', drives: [{ image: 'dos', mode: 'master' }] });
  await page.getByRole('link', { name: 'Images' }).click();
  await expect(region(page, 'Images').getByRole('row', { name: /dos/ })).toContainText(mac);
});

test('a CD and a floppy are given in drives of their own kind', async ({ page, server }) => {
  server.addImage('setup', 650 * 1024 ** 2, 650 * 1024 ** 2, { format: 'iso', block_size: 2048 });
  server.addImage('boot', 1440 * 1024, 4096);
  const assign = machineRow(page, mac).getByRole('button', { name: /^Assign/ });
  await assign.click();
  const cd = page.getByRole('dialog').getByRole('button', { name: /^setup/ });
  await expect(cd).toContainText('in a CD drive, read only');
  await cd.click();
  await expect(machineRow(page, mac)).toContainText('CD setup');
  expect(bootOf(server)).toEqual({ kind: 'cd', image: 'setup', mode: 'readonly' });
  await assign.click();
  await expect(page.getByRole('button', { name: /^setup/ })).toContainText('assigned now');
  const floppy = page.getByRole('dialog').getByRole('button', { name: /^boot/ });
  await expect(floppy).toContainText('in a floppy drive');
  await floppy.click();
  await expect(machineRow(page, mac)).toContainText('Floppy boot');
  expect(bootOf(server)).toEqual({ kind: 'floppy', image: 'boot', mode: 'master' });
  await assign.click();
  await page.getByRole('button', { name: 'Several drives' }).click();
  const choices = page.getByLabel('Image of drive 0x80').getByRole('option');
  await expect(choices).toHaveText(['dos', 'debian']);
});

test('the keyboard alone assigns a read-only image', async ({ page, server }) => {
  await machineRow(page, mac).getByRole('button', { name: /^Assign/ }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('radio', { name: 'Read only' }).focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect.poll(() => bootOf(server)).toEqual({ kind: 'disks', drives: [{ image: 'dos', mode: 'readonly' }] });
});

test('several drives keep their order, modes and quotas', async ({ page, server }) => {
  await machineRow(page, mac).getByRole('button', { name: /^Assign/ }).click();
  await page.getByRole('button', { name: 'Several drives' }).click();
  await page.getByRole('button', { name: 'Add a drive' }).click();
  await page.getByLabel('Image of drive 0x80').selectOption('debian');
  await page.getByLabel('Image of drive 0x81').selectOption('dos');
  await expect(page.getByLabel('Quota of drive 0x80')).toHaveCount(0);
  await page.getByLabel('Mode of drive 0x80').selectOption('private');
  await page.getByLabel('Quota of drive 0x80').selectOption('at most 20 GiB');
  await page.getByLabel('Mode of drive 0x81').selectOption('fresh');
  await page.getByLabel('Quota of drive 0x81').selectOption('at most 1 GiB');
  await page.getByLabel('Mode of drive 0x81').selectOption('readonly');
  await page.getByRole('button', { name: 'Assign drives' }).click();
  await expect(machineRow(page, mac)).toContainText('debian (private), dos (read only)');
  expect(bootOf(server)?.drives).toEqual([
    { image: 'debian', mode: 'private', quota: 20 * 1024 ** 3 },
    { image: 'dos', mode: 'readonly' },
  ]);
});

test('a machine boots its local disk, and waits again', async ({ page, server }) => {
  const assign = machineRow(page, mac).getByRole('button', { name: /^Assign/ });
  await assign.click();
  await page.getByRole('button', { name: 'Boot local disk' }).click();
  await expect(machineRow(page, mac)).toContainText('Its own disk');
  expect(bootOf(server)).toEqual({ kind: 'local' });
  await assign.click();
  await page.getByRole('button', { name: 'Unassign and wait' }).click();
  await expect(machineRow(page, mac)).toContainText('Not assigned');
  expect(bootOf(server)).toEqual({ kind: 'wait' });
});

test('a running machine keeps its disk until a person has read that it is taken away', async ({ page, server }) => {
  server.seeMachine(mac, { state: 'on', boot: { kind: 'disks', drives: [{ image: 'dos', mode: 'fresh' }] } });
  await page.reload();
  await machineRow(page, mac).getByRole('button', { name: /^Assign/ }).click();
  // What is asked for is how the machine has it now: another image does not become one that is written to.
  await expect(page.getByRole('radio', { name: 'Fresh' })).toBeChecked();
  await page.getByRole('dialog').getByRole('button', { name: /^debian/ }).click();
  const question = page.getByRole('dialog', { name: `Change what ${mac} boots?` });
  await expect(question).toContainText('as if unplugged');
  expect(bootOf(server)?.drives).toEqual([{ image: 'dos', mode: 'fresh' }]);
  await question.getByRole('button', { name: 'Change it' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  expect(bootOf(server)?.drives).toEqual([{ image: 'debian', mode: 'fresh' }]);
});

test('several boot entries are not replaced unasked', async ({ page, server }) => {
  const boot = { kind: 'disks', drives: [{ image: 'dos', mode: 'private' }] };
  const entries = [
    { name: 'DOS', boot },
    { name: 'Local', boot: { kind: 'local' } },
  ];
  server.seeMachine(mac, { boot, entries });
  await page.reload();
  await machineRow(page, mac).getByRole('button', { name: /^Assign/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: /^debian/ }).click();
  const question = page.getByRole('dialog', { name: `Change what ${mac} boots?` });
  await expect(question).toContainText('all its 2 boot entries');
  await question.getByRole('button', { name: 'Cancel' }).click();
  expect(server.clients.get(mac)?.['entries']).toEqual(entries);
});

test('a name is given, and a taken one is refused with the reason', async ({ page, server }) => {
  server.seeMachine('52:54:00:00:00:09', { name: 'taken', known: true });
  await page.getByRole('link', { name: mac }).click();
  await page.getByRole('button', { name: 'Rename' }).click();
  const field = page.getByLabel(`Name of ${mac}`);
  await field.fill('taken');
  await field.press('Enter');
  await expect(page.getByRole('main')).toContainText('has the name taken already');
  await field.fill('pc1');
  await field.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'pc1' })).toBeVisible();
  expect(server.clients.get(mac)?.name).toBe('pc1');
});

test('an address is reserved, changed on the network page, and a machine is forgotten', async ({ page, server }) => {
  await page.getByRole('link', { name: mac }).click();
  await page.getByRole('button', { name: 'Reserve an address' }).click();
  await page.getByRole('textbox', { name: 'Address' }).fill('10.99.0.50');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('link', { name: 'Network' }).click();
  await region(page, 'Reservations').getByRole('button', { name: /^Change the reservation/ }).click();
  await page.getByRole('textbox', { name: 'Address' }).fill('');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(region(page, 'Reservations')).toContainText('None.');
  expect(server.clients.get(mac)?.['reserved_address']).toBeNull();

  await page.getByRole('link', { name: 'Machines' }).click();
  await page.getByRole('link', { name: mac }).click();
  await page.getByRole('button', { name: 'Forget', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Forget' }).click();
  await expect(region(page, 'Machines')).toContainText('No machine has asked');
  expect(server.clients.size).toBe(0);
});
