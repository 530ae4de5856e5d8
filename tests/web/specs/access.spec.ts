// SPDX-License-Identifier: Apache-2.0
// Who gets in, and what he may: the first visit, logging in and out, a viewer, users, tokens, and the admin token before all that.
import type { Page } from '@playwright/test';
import type { FakeServer } from '../support/fake_server.mjs';
import { expect, giveToken, machineRow, refusedWrite, region, test, token } from '../support/fixtures.ts';

const mac = '52:54:00:e2:e0:01';
const tokenDialog = (page: Page) => page.getByRole('dialog', { name: 'Admin token' });

function bootOf(server: FakeServer) {
  return server.clients.get(mac)?.boot;
}

test.use({ allowedComplaints: refusedWrite });

test.beforeEach(({ server }) => {
  server.addImage('dos');
  server.seeMachine(mac);
});

test.describe('the first visit', () => {
  test.use({ visitor: 'nobody' });
  test.beforeEach(async ({ page, server }) => {
    server.users.clear();
    await page.goto(server.url);
  });

  test('the code from the console makes an admin, a wrong one does not', async ({ page, server }) => {
    await page.getByLabel('Code').fill('guess');
    await page.getByRole('textbox', { name: 'Password' }).fill('correct horse');
    await page.getByRole('button', { name: 'Set the password' }).click();
    await expect(page.getByRole('alert')).toContainText('This is not the code');
    expect(server.users.size).toBe(0);

    await page.getByLabel('Code').fill(server.code);
    await page.getByRole('button', { name: 'Set the password' }).click();
    await expect(machineRow(page, mac)).toBeVisible();
    await expect(page.getByRole('button', { name: 'Logged in as admin' })).toBeVisible();
    expect(server.users.get('admin')?.password).toBe('correct horse');
    await machineRow(page, mac).getByRole('button', { name: /^Assign/ }).click();
    await page.getByRole('button', { name: /^dos/ }).click();
    await expect(machineRow(page, mac)).toContainText('dos');
  });

  test('the address with the code fills it in, keeps it out of the history, and looks what stands in the way', async ({ page, server }) => {
    server.checkLines.push(
      { id: 'firewall', verdict: 'fail', text: 'The firewall (chain inet filter input) keeps out TFTP (udp 69).', mend: 'sudo nft insert rule inet filter input udp dport 69 accept' },
      { id: 'other-servers', verdict: 'warn', text: 'No DHCP server answers here.', mend: "Switch the router's DHCP on." },
      { id: 'tftp', verdict: 'ok', text: 'TFTP sends undionly.kpxe whole.', mend: null },
    );
    await page.goto('about:blank');
    await page.goto(`${server.url}#code=${server.code}`);
    await expect(page.getByLabel('Code')).toHaveValue(server.code);
    expect(page.url()).toBe(server.url);
    await expect(page.getByRole('textbox', { name: 'Password' })).toBeFocused();
    const found = page.getByRole('region', { name: 'Self-test' });
    await expect(found).toContainText('1 of 3 are right');
    await expect(found.getByRole('listitem')).toHaveText([/keeps out TFTP/, /No DHCP server answers/]);
    await found.getByRole('button', { name: 'Copy the command' }).first().click();
    await expect(found.getByRole('button', { name: 'Copied' })).toBeVisible();
    await page.getByRole('textbox', { name: 'Password' }).fill('correct horse');
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Control+V');
    await page.getByRole('button', { name: 'Show it' }).click();
    await expect(page.getByRole('textbox', { name: 'Password' })).toHaveValue(/^sudo nft insert rule/);
  });

  test('the address with the code fills it in, also in a page that is open already', async ({ page, server }) => {
    await page.goto(server.url);
    await expect(page.getByLabel('Code')).toHaveValue('');
    await page.goto(`${server.url}#code=${server.code}`);
    await expect(page.getByLabel('Code')).toHaveValue(server.code);
    expect(page.url()).toBe(server.url);
  });

  test('with a wrong code nothing is told of the server', async ({ page }) => {
    const look = page.getByRole('button', { name: 'Can machines boot here? Look' });
    await expect(look).toBeDisabled();
    await page.getByLabel('Code').fill('guess');
    await look.click();
    await expect(page.getByRole('alert')).toContainText('This is not the code');
    await expect(page.getByRole('region', { name: 'Self-test' }).getByRole('listitem')).toHaveCount(0);
  });

  test.describe('put off', () => {
    test.beforeEach(({ page }) => page.getByRole('button', { name: 'Later: only look around' }).click());

    test('the first change asks for the token, a wrong one is refused with the reason', async ({ page, server }) => {
      await machineRow(page, mac).getByRole('button', { name: /^Assign/ }).click();
      await page.getByRole('button', { name: /^dos/ }).click();
      await expect(tokenDialog(page)).toContainText('STATE_DIR/admin-token');
      await giveToken(page, 'guess');
      await expect(tokenDialog(page)).toContainText('This is not the admin token');
      expect(bootOf(server)).toEqual({ kind: 'wait' });

      await giveToken(page);
      await expect(page.getByRole('dialog')).toHaveCount(0);
      await expect(machineRow(page, mac)).toContainText('dos');
      expect(server.writes).toHaveLength(1);
      expect(await page.evaluate(() => [sessionStorage.length, localStorage.getItem('bootferry-admin-token')])).toEqual([1, null]);
    });

    test('a remembered token stays on the device until it is forgotten', async ({ page }) => {
      await machineRow(page, mac).getByRole('button', { name: /^Assign/ }).click();
      await page.getByRole('button', { name: /^dos/ }).click();
      await page.getByLabel('Remember it on this device').check();
      await giveToken(page);
      await expect(machineRow(page, mac)).toContainText('dos');
      const kept = () => page.evaluate(() => localStorage.getItem('bootferry-admin-token'));
      expect(await kept()).toBe(token);
      await page.getByRole('button', { name: 'Forget the admin token' }).click();
      expect(await kept()).toBeNull();
    });

    test('a cancelled token dialog changes nothing', async ({ page, server }) => {
      await machineRow(page, mac).getByRole('button', { name: /^Assign/ }).click();
      await page.getByRole('button', { name: /^dos/ }).click();
      await tokenDialog(page).getByRole('button', { name: 'Cancel' }).click();
      await expect(tokenDialog(page)).toHaveCount(0);
      await expect(page.getByRole('alert')).toHaveCount(0);
      await expect(page.getByRole('button', { name: /^dos/ })).toBeEnabled();
      expect(server.writes).toEqual([]);
    });
  });
});

test.describe('somebody who has not logged in', () => {
  test.use({ visitor: 'nobody' });

  test('sees nothing until the password is right, and nothing again after logging out', async ({ page, server }) => {
    await page.goto(server.url);
    await expect(page.getByRole('heading', { name: 'Log in' })).toBeVisible();
    await expect(page.getByText(mac)).toHaveCount(0);
    await page.getByLabel('Name').fill('admin');
    await page.getByRole('textbox', { name: 'Password' }).fill('wrong');
    await page.getByRole('button', { name: 'Log in' }).click();
    await expect(page.getByRole('alert')).toContainText('Name or password is wrong.');
    await page.getByRole('textbox', { name: 'Password' }).fill('admin-password');
    await page.getByRole('button', { name: 'Log in' }).click();
    await expect(machineRow(page, mac)).toBeVisible();
    await expect(page.getByRole('status', { name: 'Server state' })).toContainText('Running');

    await page.getByRole('button', { name: 'Logged in as admin' }).click();
    await page.getByRole('menuitem', { name: 'Log out' }).click();
    await expect(page.getByRole('heading', { name: 'Log in' })).toBeVisible();
    await expect(page.getByText(mac)).toHaveCount(0);
  });
});

test('a login that ends under an open page leads to the login', async ({ page, server }) => {
  await page.goto(server.url);
  await expect(machineRow(page, mac)).toBeVisible();
  server.users.delete('admin');
  server.publish('client-changed', mac, 'pc1 was changed');
  await expect(page.getByRole('heading', { name: 'Log in' })).toBeVisible();
});

test.describe('a viewer', () => {
  test.use({ visitor: 'viewer' });

  test('sees every page and finds nothing to change on it', async ({ page, server }) => {
    server.addOverlay(mac, 'dos', { snapshots: [{ number: 1, version: 1, comment: 'kept', created: new Date().toISOString(), allocated: 1 }] });
    server.addSession(mac, 'dos');
    const harmless = /^(Use (dark|light) colours|Logged in as viewer|Check|Look inside|Bootferry|Packets)/;
    for (const place of ['#/', `#/machines/${mac}`, '#/images', '#/images/dos', '#/network', '#/sessions', '#/activity', '#/settings', '#/settings/machines', '#/settings/people']) {
      await page.goto(server.url + place);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await expect(page.getByRole('status', { name: 'Server state' })).toContainText('Running');
      const buttons = await page.getByRole('button').all();
      const names = await Promise.all(buttons.map(async (button) => (await button.getAttribute('aria-label')) ?? (await button.innerText())));
      expect([place, names.filter((name) => !harmless.test(name))]).toEqual([place, []]);
      const fields = page.getByRole('main').locator('input:enabled, textarea:enabled');
      expect([place, await fields.evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')))]).toEqual([
        place,
        place === '#/activity' ? ['Words to look for'] : [],
      ]);
    }
    expect(server.writes).toEqual([]);
  });
});

test('users are added, made admins, and removed', async ({ page, server }) => {
  await page.goto(`${server.url}#/settings/people`);
  const users = region(page, 'Users');
  await users.getByRole('button', { name: 'Add a viewer' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('kim');
  await dialog.getByRole('textbox', { name: 'Password' }).fill('long enough');
  await dialog.getByRole('button', { name: 'Add' }).click();
  await expect(users.getByRole('row', { name: /kim/ })).toContainText('viewer');
  await users.getByRole('button', { name: 'Role: make kim admin' }).click();
  await dialog.getByRole('button', { name: 'Change' }).click();
  await expect(users.getByRole('row', { name: /kim/ })).toContainText('admin');
  await users.getByRole('button', { name: 'Remove the user kim' }).click();
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await expect(users.getByRole('row', { name: /kim/ })).toHaveCount(0);
  await page.getByRole('link', { name: 'Activity' }).click();
  const line = region(page, 'Audit log').getByRole('row', { name: /Remove the user kim/ });
  await expect(line).toContainText('DELETE /api/v1/users/kim 200');
  await expect(line).toContainText('10.99.0.');
});

test('a token is shown once, and revoked', async ({ page, server }) => {
  await page.goto(`${server.url}#/settings/people`);
  const tokens = region(page, 'API tokens');
  await tokens.getByRole('button', { name: 'New token' }).click();
  await tokens.getByLabel('What is it for').fill('grafana');
  await tokens.getByRole('button', { name: 'Make the token' }).click();
  await expect(tokens).toContainText('bft_0123456789abcdef');
  await tokens.getByRole('button', { name: 'I have written it down' }).click();
  await expect(tokens).not.toContainText('bft_');
  expect(server.tokens[0]).toMatchObject({ name: 'grafana', scope: 'read' });
  await tokens.getByRole('button', { name: 'Revoke the token grafana' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await expect(tokens).toContainText('None.');
});

test.describe('logged in by a reverse proxy', () => {
  test.use({ visitor: 'nobody' });

  test('the page opens without a form, changes are made in his name, and there is no way out but there', async ({ page, server }) => {
    await page.setExtraHTTPHeaders({ 'Remote-User': 'admin' });
    await page.goto(server.url);
    await machineRow(page, mac).getByRole('button', { name: /^Assign/ }).click();
    await page.getByRole('button', { name: /^dos/ }).click();
    await expect(machineRow(page, mac)).toContainText('dos');
    await page.getByRole('button', { name: 'Logged in as admin' }).click();
    await expect(page.getByText('Logged in by the reverse proxy: log out there.')).toBeVisible();
    await expect(page.getByRole('menuitem')).toHaveCount(0);
  });

  test('whom it names and the server does not know reads why, above the form', async ({ page, server }) => {
    await page.setExtraHTTPHeaders({ 'Remote-User': 'mallory' });
    await page.goto(server.url);
    await expect(page.getByRole('alert')).toContainText('you are mallory');
    await expect(page.getByRole('textbox', { name: 'Password' })).toBeVisible();
  });
});
