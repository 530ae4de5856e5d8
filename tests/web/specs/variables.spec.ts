// SPDX-License-Identifier: Apache-2.0
// Free variables of machines and groups: what a group gives, and what a machine says itself.
import type { Page } from '@playwright/test';
import { expect, refusedWrite, region, test } from '../support/fixtures.ts';

const mac = '52:54:00:e2:e0:01';

test.use({ allowedComplaints: new RegExp(`${refusedWrite.source}|status of 412`) });

test.beforeEach(({ server }) => {
  const variables = { mirror: '10.0.0.9', seat: '1' };
  server.groups.set('lab', { name: 'lab', entries: [], default_entry: null, menu_timeout: null, variables, clients: [mac] });
  server.seeMachine(mac, { name: 'pc1', known: true, groups: ['lab'], variables: { seat: '7' } });
});

async function say(page: Page, button: string, fields: Record<string, string>): Promise<void> {
  const dialog = page.getByRole('dialog');
  for (const [label, text] of Object.entries(fields)) await dialog.getByRole('textbox', { name: label }).fill(text);
  await dialog.getByRole('button', { name: button }).click();
}

test('a machine has its own beside those of its groups', async ({ page, server }) => {
  await page.goto(`${server.url}#/machines/${mac}`);
  const variables = region(page, 'Variables');
  await expect(variables.getByRole('row', { name: /^mirror/ })).toContainText('10.0.0.9from the group lab');
  await expect(variables.getByRole('row', { name: /^seat/ })).toContainText('7instead of 1 of the group lab');
  await expect(variables.getByRole('button', { name: 'Remove the variable mirror' })).toHaveCount(0);

  await variables.getByRole('button', { name: 'Add a variable' }).click();
  await say(page, 'Add', { Name: 'Desk 1', Value: 'by the door' });
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('"Desk 1" is not a variable\'s name');
  await say(page, 'Add', { Name: 'desk' });
  await expect(variables.getByRole('row', { name: /^desk/ })).toContainText('by the door');
  expect(server.clients.get(mac)?.['variables']).toEqual({ seat: '7', desk: 'by the door' });

  await variables.getByRole('button', { name: 'Change the variable mirror' }).click();
  await expect(page.getByRole('textbox', { name: 'Value' })).toHaveValue('10.0.0.9');
  await say(page, 'Save', { Value: '10.0.0.10' });
  await expect(variables.getByRole('row', { name: /^mirror/ })).toContainText('10.0.0.10instead of 10.0.0.9 of the group lab');

  await variables.getByRole('button', { name: 'Remove the variable seat' }).click();
  await say(page, 'Remove', {});
  await expect(variables.getByRole('row', { name: /^seat/ })).toContainText('1from the group lab');
  expect(server.clients.get(mac)?.['variables']).toEqual({ desk: 'by the door', mirror: '10.0.0.10' });
});

test("a group's are added, changed and removed", async ({ page, server }) => {
  await page.goto(`${server.url}#/settings/machines`);
  const variables = page.getByRole('group', { name: 'Variables of the group lab' });
  await variables.getByRole('button', { name: 'Change the variable mirror' }).click();
  await say(page, 'Save', { Value: '' });
  await expect(variables.getByRole('row', { name: /^mirror/ })).not.toContainText('10.0.0.9');
  await variables.getByRole('button', { name: 'Add a variable' }).click();
  await say(page, 'Add', { Name: 'locale', Value: 'fr_FR.UTF-8' });
  await variables.getByRole('button', { name: 'Remove the variable seat' }).click();
  await say(page, 'Remove', {});
  await expect(variables.getByRole('row', { name: /^seat/ })).toHaveCount(0);
  expect(server.groups.get('lab')).toMatchObject({ entries: [], variables: { mirror: '', locale: 'fr_FR.UTF-8' } });
});

test('one that somebody else set meanwhile is kept', async ({ page, server }) => {
  await page.goto(`${server.url}#/machines/${mac}`);
  const variables = region(page, 'Variables');
  await variables.getByRole('button', { name: 'Change the variable seat' }).click();
  const client = server.clients.get(mac)!;
  client['variables'] = { seat: '8' };
  await say(page, 'Save', { Value: '9' });
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('Somebody else changed this meanwhile');
  await expect(variables.getByRole('row', { name: /^seat/ })).toContainText('8');
  expect(client['variables']).toEqual({ seat: '8' });
});

test.describe('a viewer', () => {
  test.use({ visitor: 'viewer' });

  test('sees them', async ({ page, server }) => {
    await page.goto(`${server.url}#/machines/${mac}`);
    const variables = region(page, 'Variables');
    await expect(variables.getByRole('row', { name: /^seat/ })).toContainText('7');
    await expect(variables.getByRole('button')).toHaveCount(0);
  });
});
