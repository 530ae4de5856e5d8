// SPDX-License-Identifier: Apache-2.0
// What machines get by what they are: rules in their order, and the default for those that nobody has given anything.
import { expect, refusedWrite, region, test } from '../support/fixtures.ts';

const pc1 = '52:54:00:e2:e0:01';
const pattern = { mac: null, uuid: null, serial: null, architecture: null };

test.use({ allowedComplaints: refusedWrite });

test.beforeEach(async ({ page, server }) => {
  server.addImage('debian');
  server.seeMachine(pc1, { name: 'pc1', known: true });
  server.groups.set('lab', { name: 'lab', entries: [], default_entry: null, menu_timeout: null, variables: {}, clients: [] });
  await page.goto(`${server.url}#/settings/machines`);
});

test('a rule gives a group to machines of a kind, and is taken back', async ({ page, server }) => {
  const rules = region(page, 'Rules');
  await rules.getByRole('button', { name: 'New rule' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('MAC').fill('52:54:00:*');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(rules.getByRole('listitem').filter({ hasText: '52:54:00:*' })).toContainText('the entries of the group lab');
  expect(server.rules).toEqual([{ ...pattern, mac: '52:54:00:*', then: { kind: 'group', group: 'lab' } }]);
  await rules.getByRole('button', { name: 'Remove rule 1' }).click();
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await expect(rules).toContainText('None.');
});

test('by architecture, and with disks; it is changed to another machine and to no answer', async ({ page, server }) => {
  const rules = region(page, 'Rules');
  await rules.getByRole('button', { name: 'New rule' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('What they get').selectOption('Disks');
  await expect(dialog.getByRole('button', { name: 'Save' })).toBeDisabled();
  await dialog.getByRole('button', { name: 'Add a drive' }).click();
  await dialog.getByLabel('Mode of drive 0x80').selectOption('fresh');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByRole('alert')).toContainText('fits every machine');
  await dialog.getByLabel('Firmware').selectOption('UEFI ARM');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(rules.getByRole('listitem')).toContainText('1. UEFI ARM');
  expect(server.rules).toEqual([
    { ...pattern, architecture: 'efi-arm64', then: { kind: 'disks', drives: [{ image: 'debian', mode: 'fresh' }] } },
  ]);

  await rules.getByRole('button', { name: 'Edit rule 1' }).click();
  await expect(dialog.getByLabel('Mode of drive 0x80')).toHaveValue('fresh');
  await dialog.getByLabel('What they get').selectOption('The place of another machine');
  await expect(dialog.getByRole('button', { name: 'Save' })).toBeDisabled();
  await dialog.getByLabel('Machine', { exact: true }).selectOption('pc1');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(rules.getByRole('listitem')).toContainText('what pc1 gets');
  expect(server.rules).toEqual([{ ...pattern, architecture: 'efi-arm64', then: { kind: 'client', client: pc1 } }]);

  await rules.getByRole('button', { name: 'Edit rule 1' }).click();
  await dialog.getByLabel('What they get').selectOption('No answer at all');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(rules.getByRole('listitem')).toContainText('they are not answered at all');
  expect(server.rules).toEqual([{ ...pattern, architecture: 'efi-arm64', then: { kind: 'ignore' } }]);
});

test('the keyboard moves a rule up, and the order is kept', async ({ page, server }) => {
  server.rules = [
    { ...pattern, mac: 'aa:*', then: { kind: 'menu' } },
    { ...pattern, mac: 'bb:*', then: { kind: 'ignore' } },
  ];
  await page.reload();
  const rows = region(page, 'Rules').getByRole('listitem');
  await expect(rows).toHaveCount(2);
  await page.getByRole('button', { name: 'Move MAC bb:*' }).focus();
  await page.keyboard.press('Space');
  await expect(page.getByText('MAC bb:* is picked up.')).toBeAttached();
  // The list listens to the arrows a moment after it has said so; at the top a second one changes nothing.
  await expect(async () => {
    await page.keyboard.press('ArrowUp');
    await expect(page.getByText('MAC bb:* is at the place of MAC aa:*.')).toBeAttached({ timeout: 1000 });
  }).toPass();
  await page.keyboard.press('Space');
  await expect(rows.first()).toContainText('1. MAC bb:*');
  expect(server.rules.map(({ mac }) => mac)).toEqual(['bb:*', 'aa:*']);
});

test.describe('two people', () => {
  test.use({ allowedComplaints: new RegExp(`${refusedWrite.source}|status of 412`) });

  test('a rule that was made meanwhile is kept', async ({ page, server }) => {
    await region(page, 'Rules').getByRole('button', { name: 'New rule' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('MAC').fill('52:54:00:*');
    server.rules = [{ ...pattern, mac: 'aa:*', then: { kind: 'ignore' } }];
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(dialog.getByRole('alert')).toContainText('Somebody else changed this meanwhile');
    await expect(region(page, 'Rules')).toContainText('aa:*');
    expect(server.rules).toHaveLength(1);
  });

  test('and so is another default', async ({ page, server }) => {
    await region(page, 'Unknown machines').getByRole('button', { name: 'Change what they get' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('What they get').selectOption('Its own disk');
    server.unknown = { kind: 'ignore' };
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(dialog.getByRole('alert')).toContainText('Somebody else changed this meanwhile');
    expect(server.unknown).toEqual({ kind: 'ignore' });
  });
});

test('unknown machines get an installer', async ({ page, server }) => {
  await region(page, 'Unknown machines').getByRole('button', { name: 'Change what they get' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('option', { name: 'The place of another machine' })).toHaveCount(0);
  await dialog.getByLabel('What they get').selectOption('Linux kernel');
  await dialog.getByLabel('Kernel', { exact: true }).fill('debian/linux');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(region(page, 'Unknown machines')).toContainText('Kernel linux');
  expect(server.unknown).toEqual({ kind: 'kernel', kernel: 'debian/linux' });
});
