// SPDX-License-Identifier: Apache-2.0
// The life of images on the page: made, checked, mended, grown, given versions; and what machines changed on them.
import { expect, refusedWrite, region, test } from '../support/fixtures.ts';

const mac = '52:54:00:e2:e0:01';
const gib = 1024 ** 3;

test.use({ allowedComplaints: refusedWrite });

test('an image is made with a preset, and a taken name is refused with the reason', async ({ page, server }) => {
  server.addImage('dos');
  await page.goto(`${server.url}#/images`);
  await page.getByRole('button', { name: 'New image' }).click();
  const dialog = page.getByRole('dialog', { name: 'New image' });
  await dialog.getByLabel('Name').fill('dos');
  await dialog.getByLabel('Size').fill('20G');
  await dialog.getByRole('button', { name: 'Make it' }).click();
  await expect(dialog.getByRole('alert')).toContainText('choose another name');
  await dialog.getByLabel('Name').fill('linux');
  await dialog.getByLabel('Size').fill('much');
  await expect(dialog).toContainText('A number and a unit');
  await expect(dialog.getByRole('button', { name: 'Make it' })).toBeDisabled();
  await dialog.getByLabel('Size').fill('20G');
  await dialog.getByRole('button', { name: 'Make it' }).click();
  await expect(region(page, 'Images').getByRole('row', { name: /linux/ })).toContainText('20 GiB');
  expect(server.writes.at(-1)?.body).toEqual({ name: 'linux', preset: 'linux', size: 20 * gib });
});

test('a disk may be all there from the beginning, removable, and of large blocks', async ({ page, server }) => {
  await page.goto(`${server.url}#/images`);
  await page.getByRole('button', { name: 'New image' }).click();
  const dialog = page.getByRole('dialog', { name: 'New image' });
  await dialog.getByLabel('Name').fill('data');
  await dialog.getByText('More').click();
  await dialog.getByLabel('Reserve all of its space now').check();
  await dialog.getByLabel('Removable').check();
  await dialog.getByLabel('Blocks').selectOption('4096 bytes; no BIOS boots from it');
  await dialog.getByRole('button', { name: 'Make it' }).click();
  await expect(region(page, 'Images').getByRole('row', { name: /data/ })).toBeVisible();
  expect(server.writes.at(-1)?.body).toEqual({
    name: 'data', preset: 'linux', size: 16 * gib, thick: true, removable: true, block_size: 4096, physical_block_size: 4096,
  });
});

test('an image whose file is gone says so, and how to mend it', async ({ page, server }) => {
  server.addImage('dos', 104857600, 0, { missing_files: ['/var/lib/bootferry/images/dos.raw'] });
  server.addImage('win');
  await page.goto(`${server.url}#/images`);
  const list = region(page, 'Images');
  const row = list.getByRole('row', { name: /dos/ });
  await expect(row).toContainText('File gone');
  await expect(row).toContainText('Its file /var/lib/bootferry/images/dos.raw is gone');
  await expect(row).toContainText('Put the file back there, or remove the image.');
  await expect(list.getByRole('row', { name: /win/ })).not.toContainText('gone');
  await row.getByRole('link', { name: 'dos' }).click();
  await expect(region(page, 'dos').getByRole('alert')).toContainText('Put the file back there, or remove the image.');
});

test('a floppy has its own size', async ({ page, server }) => {
  await page.goto(`${server.url}#/images`);
  await page.getByRole('button', { name: 'New image' }).click();
  const dialog = page.getByRole('dialog', { name: 'New image' });
  await dialog.getByLabel('Name').fill('boot');
  await dialog.getByLabel('Kind').selectOption('Floppy, 1.44 MB');
  await expect(dialog.getByLabel('Size')).toHaveCount(0);
  await dialog.getByRole('button', { name: 'Make it' }).click();
  await expect(region(page, 'Images').getByRole('row', { name: /boot/ })).toContainText('1.4 MiB');
  expect(server.writes.at(-1)?.body).toEqual({ name: 'boot', preset: 'floppy-1440' });
});

test('a check tells what is wrong, and a repair mends it', async ({ page, server }) => {
  server.addImage('dos');
  server.findings.set('dos', [
    { severity: 'error', code: 'fat-hidden-sectors', sentence: 'The boot sector counts 0 hidden sectors.', mend: 'Write 63.', repairable: true },
  ]);
  await page.goto(`${server.url}#/images/dos`);
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  const check = region(page, 'Check');
  await expect(check).toContainText('The image is a DOS disk.');
  await expect(check).toContainText('Write 63.');
  await check.getByRole('button', { name: 'Repair' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Repair' }).click();
  await expect(check.getByRole('button', { name: 'Repair' })).toHaveCount(0);
  await expect(check).toContainText('Mended');
});

test('versions are published, gone back to, cloned and removed', async ({ page, server }) => {
  server.addImage('win');
  await page.goto(`${server.url}#/images/win`);
  const versions = region(page, 'Versions');
  await page.getByRole('button', { name: 'Publish a version' }).click();
  await page.getByLabel('Comment').fill('for the new term');
  await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
  await expect(versions.getByRole('row').nth(1)).toContainText('2. for the new term Current');

  await versions.getByRole('button', { name: 'Go back to version 1' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
  await expect(versions.getByRole('row').nth(1)).toContainText('3.');
  expect(server.writes.at(-1)?.body).toEqual({ comment: '', from: 1 });

  await versions.getByRole('button', { name: 'Remove version 2' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(versions.getByRole('row')).toHaveCount(3);

  await versions.getByRole('button', { name: 'Clone version 1' }).click();
  await page.getByLabel('Name of the new image').fill('win-lab');
  await page.getByRole('dialog').getByRole('button', { name: 'Clone' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'win-lab' })).toBeVisible();
});

test('an image grows, does not shrink, and is removed when nobody uses it', async ({ page, server }) => {
  server.addImage('dos', 2 * gib);
  const client = server.seeMachine(mac, { known: true, boot: { kind: 'disks', drives: [{ image: 'dos', mode: 'master' }] } });
  await page.goto(`${server.url}#/images/dos`);
  await page.getByRole('button', { name: 'Grow' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Size afterwards').fill('1G');
  await dialog.getByRole('button', { name: 'Grow' }).click();
  await expect(dialog.getByRole('alert')).toContainText('no image gets smaller');
  await dialog.getByLabel('Size afterwards').fill('4G');
  await dialog.getByRole('button', { name: 'Grow' }).click();
  await expect(region(page, 'dos')).toContainText('4 GiB');

  await page.getByRole('button', { name: 'Remove', exact: true }).first().click();
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await expect(dialog.getByRole('alert')).toContainText(`is used by ${mac}`);
  client.boot = { kind: 'wait' };
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await expect(region(page, 'Images')).toContainText('No image yet.');
});

test('the changes of a machine are kept, applied, rolled back and discarded', async ({ page, server }) => {
  server.addImage('win');
  server.seeMachine(mac, { name: 'pc1', known: true });
  const overlay = server.addOverlay(mac, 'win', { in_use: true });
  await page.goto(`${server.url}#/machines/${mac}`);
  const changes = region(page, 'Changes to win');
  const dialog = page.getByRole('dialog');
  await expect(changes).toContainText('The machine has it open');
  await expect(changes.getByRole('button', { name: 'Discard' })).toBeDisabled();
  await expect(changes.getByRole('button', { name: 'Grow' })).toBeEnabled();

  overlay['in_use'] = false;
  server.publish('session-closed', mac, 'pc1 has let go of win');
  await changes.getByRole('button', { name: 'Snapshot', exact: true }).click();
  await dialog.getByLabel('Comment').fill('before the update');
  await dialog.getByRole('button', { name: 'Take the snapshot' }).click();
  await expect(changes.getByRole('row', { name: /before the update/ })).toBeVisible();

  await changes.getByRole('button', { name: 'Apply to the image' }).click();
  await dialog.getByLabel('Comment').fill('with Word');
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await expect(changes).toContainText('version 2');
  expect(server.versions.get('win')?.at(-1)).toMatchObject({ number: 2, comment: 'with Word' });

  await changes.getByRole('button', { name: 'Roll back to snapshot 1' }).click();
  await dialog.getByRole('button', { name: 'Roll back' }).click();
  await expect(changes).toContainText('Behind');
  await expect(changes.getByRole('button', { name: 'Apply to the image' })).toBeDisabled();

  await changes.getByRole('button', { name: 'Rebase' }).click();
  await dialog.getByRole('button', { name: 'Rebase' }).click();
  await expect(changes).not.toContainText('Behind');

  await changes.getByRole('button', { name: 'Discard' }).click();
  await dialog.getByRole('button', { name: 'Discard' }).click();
  await expect(changes).toHaveCount(0);
  expect(server.overlays).toEqual([]);
});

test('a job shows how far it is, and is cancelled', async ({ page, server }) => {
  const job = {
    id: 5, kind: 'add-image', image: 'ubuntu', state: 'running', step: 'converting', done: gib, total: 4 * gib, error: null as string | null,
    started: new Date().toISOString(), ended: null as string | null,
  };
  server.jobs.push(job);
  await page.goto(`${server.url}#/images`);
  const jobs = region(page, 'Jobs');
  await expect(jobs).toContainText('converting, 1 GiB / 4 GiB, 25 %');
  job.done = 2 * gib;
  server.publish('job-progress', null, 'ubuntu: 50 %');
  await expect(jobs).toContainText('50 %');
  await jobs.getByRole('button', { name: 'Cancel the job of ubuntu' }).click();
  await page.getByRole('button', { name: 'Cancel the job', exact: true }).click();
  await expect(jobs).toHaveCount(0);

  Object.assign(job, { state: 'failed', error: 'It names a backing file.', ended: new Date().toISOString() });
  server.publish('job-ended', null, 'Adding ubuntu failed');
  await expect(jobs).toContainText('It names a backing file.');
});
