// SPDX-License-Identifier: Apache-2.0
// A person opens the dashboard, turns on a PC that nobody knows, sees it within a second of its first DHCP packet, gives it
// an image by mouse, and it boots. The PC is QEMU; tests/e2e starts the server and sets the variables (README.md).
import { expect, type Page, test } from '@playwright/test';
import { powerOff, requireMachine } from '../support/real_machine.ts';
import { lookAround } from '../support/real_server.ts';

const appearsWithinMilliseconds = 1_000;

test('an unknown machine appears at once, is given an image by mouse, and boots it', async ({ page }) => {
  const pc = requireMachine();
  test.setTimeout(pc.bootMilliseconds + 60_000);

  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // The first change goes without a token and is refused: Chromium notes that as an error.
    if (message.type() === 'error' && !/status of 40[14]/.test(message.text())) complaints.push(message.text());
  });

  await page.goto(pc.url);
  await lookAround(page);
  await expect(page.getByRole('status', { name: 'Server state' })).toContainText('Running');
  const machines = page.getByRole('region', { name: 'Machines' });
  await expect(machines).not.toContainText(pc.mac);
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  const appeared = watchFor(page, pc.mac, pc.bootMilliseconds);

  const power = pc.powerOn();
  try {
    const appearedAt = await appeared;
    await expect.poll(() => pc.firstDhcp(), { message: 'BOOTFERRY_FIRST_DHCP_FILE' }).toBeGreaterThan(0);
    const delay = appearedAt - pc.firstDhcp();
    test.info().annotations.push({ type: 'appeared', description: `${Math.round(delay)} ms after its first DHCP packet` });
    console.log(`${pc.mac} appeared ${Math.round(delay)} ms after its first DHCP packet`);
    expect(delay).toBeLessThanOrEqual(appearsWithinMilliseconds);
    expect(await page.evaluate(() => 'sameDocument' in window), 'the page was not loaded again').toBe(true);

    const row = machines.getByRole('listitem').filter({ hasText: pc.mac });
    await row.getByRole('button', { name: /^Assign/ }).click();
    await page.getByRole('list', { name: 'Images to boot' }).getByRole('button').filter({ hasText: pc.image }).click();
    const dialog = page.getByRole('dialog', { name: 'Admin token' });
    await dialog.getByLabel('Token', { exact: true }).fill(pc.token);
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(row).toContainText(pc.image);

    await expect.poll(() => pc.serialLog(), { timeout: pc.bootMilliseconds, intervals: [200] }).toContain('BOOTFERRY-PROBE');
    await expect(row).toContainText('On');
    expect(await page.evaluate(() => 'sameDocument' in window), 'the page was not loaded again').toBe(true);
    expect(complaints).toEqual([]);
  } finally {
    powerOff(power);
  }
});

/** The page's own clock at the moment when the machine's row is in the document: no polling delay in the measure. */
function watchFor(page: Page, mac: string, patience: number): Promise<number> {
  return page.evaluate(
    ([wanted, milliseconds]) =>
      new Promise<number>((resolve, reject) => {
        setTimeout(() => reject(new Error(`${wanted} did not appear`)), milliseconds);
        const look = () => {
          const rows = [...document.querySelectorAll('main section li')];
          if (!rows.some((row) => row.querySelector('button') !== null && row.textContent.includes(wanted))) return;
          observer.disconnect();
          resolve(Date.now());
        };
        const observer = new MutationObserver(look);
        observer.observe(document.body, { subtree: true, childList: true, characterData: true });
        look();
      }),
    [mac, patience] as const,
  );
}
