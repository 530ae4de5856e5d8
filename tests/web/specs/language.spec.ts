// SPDX-License-Identifier: Apache-2.0
// On a French page the server speaks French too, though it says everything in English.
import { expect, region, test } from '../support/fixtures.ts';

const mac = '52:54:00:e2:e0:03';
const refused = 'Its login was refused: Image dos is in use for writing by workshop-pc.';
const refusedInFrench = 'Sa connexion à son disque a été refusée : L’image dos est ouverte en écriture par workshop-pc.';

test.use({ locale: 'fr-FR' });

test.beforeEach(({ server }) => {
  server.seeMachine(mac, { name: 'attic', known: true });
  server.addBoot(mac, [[0, 'discover', 'It asks for an address (BIOS PXE).'], [2500, 'refused', refused]], {
    state: 'failed', stage: 'login', code: 'target-busy', reason: refused,
    mend: 'Shut the other machine down, or give each a private or fresh drive of the image.',
  });
});

test('why a boot failed is told in French, in the list and on the machine’s page', async ({ page, server }) => {
  await page.goto(server.url);
  await expect(page.getByRole('listitem').filter({ hasText: 'attic' })).toContainText(refusedInFrench);
  await page.goto(`${server.url}#/machines/${mac}`);
  const boots = region(page, 'Démarrages');
  await expect(boots.getByRole('alert')).toContainText(refusedInFrench);
  await expect(boots.getByRole('alert')).toContainText('Éteignez l’autre machine, ou donnez à chacune un disque privé ou neuf de l’image.');
  await expect(boots.getByRole('list', { name: 'Étapes du démarrage' })).toContainText('Elle demande une adresse (BIOS PXE).');
});

test('the self-test speaks French, and its commands stay commands', async ({ page, server }) => {
  server.checkLines = [
    { id: 'tftp', verdict: 'ok', text: 'TFTP sends undionly.kpxe whole (74 KiB).', mend: null },
    { id: 'interface', verdict: 'fail', text: 'The LAN interface lan0 (10.99.0.1/24) is down.', mend: 'sudo ip link set lan0 up' },
    { id: 'new', verdict: 'warn', text: 'The moon is full.', mend: null },
  ];
  await page.goto(`${server.url}#/network`);
  await region(page, 'Autotest').getByRole('button', { name: 'Lancer' }).click();
  const lines = region(page, 'Autotest').getByRole('listitem');
  await expect(lines.nth(0)).toContainText('TFTP envoie undionly.kpxe en entier (74 KiB).');
  await expect(lines.nth(1)).toContainText('L’interface réseau lan0 (10.99.0.1/24) est arrêtée.');
  await expect(lines.nth(1)).toContainText('sudo ip link set lan0 up');
  await expect(lines.nth(2)).toContainText('The moon is full.');
});

test('events are told in French and found by French words; a page in English loads no French', async ({ page, server }) => {
  const loaded: string[] = [];
  page.on('request', (request) => loaded.push(request.url()));
  await page.goto(`${server.url}#/activity`);
  server.publish('session-opened', mac, `PC ${mac} opened disk 0x80, image dos`);
  server.publish('wake-sent', mac, `PC ${mac} was sent the magic packet that switches it on: Ethernet frame`);
  const events = page.getByRole('list', { name: 'Derniers événements' });
  await expect(events).toContainText('attic a ouvert le disque 0x80, image dos');
  await page.getByLabel('Mots à chercher').fill('paquet magique');
  await expect(events.getByRole('listitem')).toHaveCount(1);
  await expect(events).toContainText('attic a reçu le paquet magique qui l’allume : trame Ethernet');
  expect(loaded.some((url) => /server\.fr-/.test(url))).toBe(true);

  await page.goto(`${server.url}#/settings`);
  await page.getByLabel('Langue').selectOption('English');
  loaded.length = 0;
  await page.goto(`${server.url}?again#/activity`);
  await expect(page.getByRole('list', { name: 'Latest events' })).toContainText('attic opened disk 0x80, image dos');
  expect(loaded.filter((url) => /fr-/.test(url))).toEqual([]);
});
