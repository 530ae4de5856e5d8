// SPDX-License-Identifier: Apache-2.0
// What a machine can boot: entries in an order, by keyboard and by mouse; the default, the next boot; groups and defaults.
import { expect, refusedWrite, region, test } from '../support/fixtures.ts';

const mac = '52:54:00:e2:e0:01';
const entry = (name: string, image: string) => ({ name, boot: { kind: 'disks', drives: [{ image, mode: 'master' }] } });

test.use({ allowedComplaints: refusedWrite });

test.beforeEach(async ({ page, server }) => {
  server.addImage('win');
  server.addImage('debian');
  server.seeMachine(mac, { name: 'pc1', known: true, entries: [entry('Windows', 'win'), entry('Debian', 'debian')] });
  await page.goto(`${server.url}#/machines/${mac}`);
});

test('the keyboard moves an entry up, and the order is kept', async ({ page, server }) => {
  const rows = region(page, 'Boot entries').getByRole('listitem');
  await expect(rows).toHaveCount(2);
  const grip = page.getByRole('button', { name: 'Move Debian', exact: true });
  await grip.focus();
  await page.keyboard.press('Space');
  await expect(page.getByText('Debian is picked up.')).toBeAttached();
  // The list listens to the arrows a moment after it has said so; at the top a second one changes nothing.
  await expect(async () => {
    await page.keyboard.press('ArrowUp');
    await expect(page.getByText('Debian is at the place of Windows.')).toBeAttached({ timeout: 1000 });
  }).toPass();
  await page.keyboard.press('Space');
  await expect(rows.first()).toContainText('Debian');
  await expect.poll(() => (server.clients.get(mac)?.['entries'] as { name: string }[]).map(({ name }) => name)).toEqual(['Debian', 'Windows']);
});

test('the mouse drags an entry down', async ({ page, server }) => {
  const grip = page.getByRole('button', { name: 'Move Windows', exact: true });
  const target = page.getByRole('button', { name: 'Move Debian', exact: true });
  await expect(target).toBeVisible();
  const [from, to] = [await grip.boundingBox(), await target.boundingBox()];
  if (from === null || to === null) throw new Error('the grips are not on the screen');
  await page.mouse.move(from.x + 14, from.y + 14);
  await page.mouse.down();
  await page.mouse.move(from.x + 14, to.y + 10, { steps: 6 });
  await page.mouse.move(from.x + 14, to.y + 20, { steps: 3 });
  await page.mouse.up();
  await expect.poll(() => (server.clients.get(mac)?.['entries'] as { name: string }[]).map(({ name }) => name)).toEqual(['Debian', 'Windows']);
});

test('an entry is added, made the default, chosen for one boot, and removed', async ({ page, server }) => {
  const entries = region(page, 'Boot entries');
  await entries.getByRole('button', { name: 'Add an entry' }).click();
  const dialog = page.getByRole('dialog', { name: 'New boot entry' });
  await dialog.getByLabel('Name in the menu').fill('Install');
  await dialog.getByLabel('What it boots').selectOption('Installer, with disks attached');
  await expect(dialog.getByRole('button', { name: 'Save' })).toBeDisabled();
  await dialog.getByRole('button', { name: 'Add a drive' }).click();
  await dialog.getByLabel('Kernel').fill('debian/linux');
  await dialog.getByLabel('Initrds').fill('debian/initrd.gz\n');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(entries).toContainText('Installer linux for win');

  await entries.getByRole('button', { name: 'Make default: Debian' }).click();
  await expect.poll(() => server.clients.get(mac)?.['default_entry']).toBe('Debian');
  await entries.getByLabel('Next boot, once').selectOption('Install');
  await expect.poll(() => server.clients.get(mac)?.['next_boot']).toBe('Install');
  await entries.getByRole('button', { name: 'Something else once' }).click();
  const once = page.getByRole('dialog', { name: 'Next boot, once' });
  await expect(once.getByRole('button', { name: 'Save' })).toBeDisabled();
  await once.getByLabel('What it boots').selectOption('Power off');
  await once.getByRole('button', { name: 'Save' }).click();
  await expect.poll(() => server.clients.get(mac)?.['next_boot']).toEqual({ kind: 'poweroff' });
  await expect(entries.getByLabel('Next boot, once')).toHaveValue('Power off');
  await entries.getByLabel('The menu waits').selectOption('10 s, then the default');
  await expect.poll(() => server.clients.get(mac)?.['menu_timeout']).toBe(10);

  await entries.getByRole('button', { name: 'Remove Windows' }).click();
  await expect(entries.getByRole('listitem')).toHaveCount(2);
});

test('its script is shown, it is woken, and its firmware is helped', async ({ page, server }) => {
  await region(page, 'Boot script').getByRole('button', { name: 'Show it' }).click();
  await expect(region(page, 'Boot script')).toContainText('#!ipxe');
  await page.getByRole('button', { name: 'Wake' }).click();
  await expect(page.getByText('A magic packet is on its way to pc1.')).toBeVisible();
  await page.getByLabel('Form of the DHCP offer').selectOption('asks port 4011 (BINL)');
  await expect.poll(() => server.clients.get(mac)?.['quirks']).toMatchObject({ proxy_form: 'binl', loader: null });
  await page.getByLabel('Loader', { exact: true }).selectOption('snponly.efi');
  await expect.poll(() => server.clients.get(mac)?.['quirks']).toMatchObject({ proxy_form: 'binl', loader: 'snponly.efi' });
});

test('a machine that can boot several things is woken for one of them', async ({ page, server }) => {
  const entries = [entry('Windows', 'win'), entry('Debian', 'debian')];
  server.seeMachine(mac, { name: 'pc1', known: true, entries, offered: entries.map((one) => ({ ...one, group: null })) as never });
  const once = region(page, 'Boot entries').getByLabel('Next boot, once');
  await expect(once.getByRole('option', { name: 'Debian' })).toBeAttached();
  await page.getByRole('button', { name: 'Wake' }).click();
  const dialog = page.getByRole('dialog', { name: 'Wake pc1' });
  await dialog.getByLabel('Next boot, once').selectOption('Debian');
  await dialog.getByLabel('Broadcast address of its network').fill('10.2.0.255');
  await dialog.getByRole('button', { name: 'Wake' }).click();
  await expect(page.getByText('A magic packet is on its way to pc1.')).toBeVisible();
  expect(server.writes.at(-1)?.body).toEqual({ next_boot: 'Debian', broadcast: '10.2.0.255' });
  await expect(once).toHaveValue('Debian');
});

test('a group shares entries, and unknown machines get them', async ({ page, server }) => {
  await page.goto(`${server.url}#/settings/machines`);
  const groups = region(page, 'Groups');
  await groups.getByRole('button', { name: 'New group' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('classroom');
  await page.getByRole('dialog').getByRole('button', { name: 'Make it' }).click();
  await groups.getByRole('button', { name: 'Add an entry' }).click();
  const dialog = page.getByRole('dialog', { name: 'New boot entry' });
  await dialog.getByLabel('Name in the menu').fill('Off');
  await dialog.getByLabel('What it boots').selectOption('Power off');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(groups.getByRole('listitem')).toContainText('Power off');
  expect(server.groups.get('classroom')).toMatchObject({ entries: [{ name: 'Off', boot: { kind: 'poweroff' } }] });
  await region(page, 'Unknown machines').getByRole('button', { name: 'Change what they get' }).click();
  const unknown = page.getByRole('dialog', { name: 'Unknown machines' });
  await unknown.getByLabel('What they get').selectOption('The entries of a group');
  await expect(unknown.getByRole('button', { name: 'Save' })).toBeDisabled();
  await unknown.getByLabel('Group').selectOption('classroom');
  await unknown.getByRole('button', { name: 'Save' }).click();
  await expect(region(page, 'Unknown machines')).toContainText('the entries of the group classroom');
  expect(server.unknown).toEqual({ kind: 'group', group: 'classroom' });
});

test('the self-test says what to do, and other servers are named', async ({ page, server }) => {
  server.servers.push({
    address: '10.99.0.2', mac: '52:54:00:00:00:02', kind: 'pxe', boot_file: 'pxelinux.0', first_seen: new Date().toISOString(), last_seen: new Date().toISOString(),
  });
  server.checkLines.push(
    { id: 'tftp', verdict: 'ok', text: 'TFTP sends undionly.kpxe whole.', mend: null },
    { id: 'firewall', verdict: 'fail', text: 'The firewall drops UDP 69.', mend: 'nft add rule inet filter input udp dport 69 accept' },
  );
  await page.goto(`${server.url}#/network`);
  await expect(region(page, 'Other DHCP servers')).toContainText('hands out addresses and names a boot file: pxelinux.0');
  await region(page, 'Self-test').getByRole('button', { name: 'Run it' }).click();
  await expect(region(page, 'Self-test')).toContainText('nft add rule');
});

test('a template is edited, a broken one refused with its line, and the built-in one comes back', async ({ page, server }) => {
  await page.goto(`${server.url}#/settings/machines`);
  const templates = region(page, 'Script templates');
  await templates.getByRole('button', { name: 'Edit san' }).click();
  const dialog = page.getByRole('dialog', { name: 'Template san' });
  await dialog.getByLabel('Text of the template').fill('sanboot');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByRole('alert')).toContainText('Line 1 must be #!ipxe.');
  await dialog.getByLabel('Text of the template').fill('#!ipxe\nshell\n');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(templates.getByRole('row', { name: /san/ })).toContainText('you');
  await templates.getByRole('button', { name: 'Edit san' }).click();
  await dialog.getByRole('button', { name: 'Use the built-in one again' }).click();
  await expect(templates.getByRole('row', { name: /san/ })).toContainText('Bootferry');
  expect(server.ownTemplates.size).toBe(0);
});

test('a template shows what a machine would get from it, before it is saved', async ({ page, server }) => {
  server.seeMachine('52:54:00:e2:e0:02');
  server.seeMachine(mac, { name: 'pc1', known: true });
  await page.goto(`${server.url}#/settings/machines`);
  await region(page, 'Script templates').getByRole('button', { name: 'Edit san' }).click();
  const dialog = page.getByRole('dialog', { name: 'Template san' });
  const machine = dialog.getByLabel('Preview for');
  const script = dialog.getByLabel('Boot script');
  await expect(machine).toHaveValue(mac);
  await expect(script).toContainText('sanboot');
  await dialog.getByLabel('Text of the template').fill('#!ipxe\necho {{name}}\n');
  await expect(script).toHaveText('#!ipxe\necho pc1\n');
  await expect(dialog.getByText('uses the template')).toHaveCount(0);

  await machine.selectOption('52:54:00:e2:e0:02');
  await expect(script).toContainText('echo 52:54:00:e2:e0:02');
  await expect(dialog.getByText("This machine's boot uses the template wait now.")).toBeVisible();
  await expect(dialog.getByText('values that it lacks are examples')).toBeVisible();

  await dialog.getByLabel('Text of the template').fill('echo {{name}}');
  await expect(dialog.getByRole('alert')).toContainText('Line 1 must be #!ipxe.');
  await expect(script).toHaveCount(0);
  await dialog.getByLabel('Text of the template').fill('#!ipxe\nshell\n');
  await expect(dialog.getByRole('alert')).toHaveCount(0);
  await expect(script).toContainText('shell');
  expect(server.ownTemplates.size).toBe(0);
});

test('another floppy is put in the drive of a running machine', async ({ page, server }) => {
  server.addImage('disk1', 1474560, 1474560, { removable: true });
  server.addImage('disk2', 1474560, 1474560, { removable: true });
  server.seeMachine(mac, { name: 'pc1', known: true, state: 'on', boot: { kind: 'floppy', image: 'disk1' } as never });
  await page.getByRole('button', { name: 'Change the floppy' }).click();
  await page.getByRole('dialog').getByLabel('Floppy').selectOption('disk2');
  await page.getByRole('button', { name: 'Put it in' }).click();
  await expect(page.getByText('The floppy is in the drive.')).toBeVisible();
  expect(server.writes.at(-1)).toMatchObject({ body: { image: 'disk2' } });
});
