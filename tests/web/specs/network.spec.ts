// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '../support/fixtures.ts';

const mac = '9c:b6:54:aa:10:7e';
const pool = { first: '10.99.0.100', last: '10.99.0.119', size: 20, leased: 1, reserved: 2, declined: 0, free: 17, warning: null };

test('the pool of addresses is told in words, and follows the leases', async ({ page, server }) => {
  server.seeMachine(mac);
  server.pool = pool;
  await page.goto(`${server.url}#/network`);
  const card = page.getByRole('region', { name: 'Addresses' });
  await expect(card).toContainText('10.99.0.100 – 10.99.0.119');
  await expect(card).toContainText('17 of 20 addresses are free. 1 leased, 2 reserved');
  await expect(card.getByRole('alert')).toHaveCount(0);

  server.pool = { ...pool, leased: 17, free: 1, warning: 'Only 1 of the 20 addresses is free. Mend: widen dhcp.range.' };
  server.publish('dhcp-ack', mac, 'it got 10.99.0.118');

  await expect(card).toContainText('1 of 20 addresses are free. 17 leased, 2 reserved');
  await expect(card.getByRole('alert')).toContainText('widen dhcp.range');
});

test('where the router hands out the addresses there is no pool to tell of', async ({ page, server }) => {
  await page.goto(`${server.url}#/network`);
  await expect(page.getByRole('region', { name: 'Leases' })).toContainText('Another DHCP server hands out the addresses');
  await expect(page.getByRole('region', { name: 'Addresses' })).toHaveCount(0);
});

test('who made the network card is told with the machine and with its lease', async ({ page, server }) => {
  server.seeMachine(mac, { vendor: 'Hewlett Packard', name: 'mill' });
  server.leases.push({ address: '10.99.0.117', mac, vendor: 'Hewlett Packard', hostname: null, state: 'bound', expires: '2030-01-01T00:00:00.000Z' });
  await page.goto(server.url);
  await expect(page.getByRole('listitem').filter({ hasText: 'mill' })).toContainText('Hewlett Packard');
  await page.goto(`${server.url}#/network`);
  await expect(page.getByRole('row').filter({ hasText: '10.99.0.117' })).toContainText('Hewlett Packard');
});
