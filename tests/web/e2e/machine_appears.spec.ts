// SPDX-License-Identifier: Apache-2.0
// The first evening with Bootferry: a person makes himself the admin with the code of the console, turns on a PC that nobody
// knows, sees it within a second of its first DHCP packet, gives it an image by two clicks, and it boots; all of which another
// browser sees too. The PC is QEMU; tests/e2e starts the server and sets the variables (README.md).
import { type Browser, expect, type Page } from '@playwright/test';
import { powerOff, requireMachine } from '../support/real_machine.ts';
import { need, test } from '../support/real_server.ts';

const appearsWithinMilliseconds = 1_000;
const password = 'correct horse battery';

test.use({ allowedComplaints: /status of 401/ });

test('an unknown machine appears at once, is given an image by two clicks, and boots it', async ({ page, browser }) => {
  const pc = requireMachine();
  test.setTimeout(pc.bootMilliseconds + 60_000);
  await makeAdmin(page, pc.url);
  await page.getByRole('button', { name: 'Logged in as admin' }).click();
  await page.getByRole('menuitem', { name: 'Log out' }).click();
  await logIn(page, password);

  const machines = page.getByRole('region', { name: 'Machines' });
  await expect(machines).toBeVisible();
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
    const other = await logInElsewhere(browser, pc.url);

    const row = machines.getByRole('listitem').filter({ hasText: pc.mac });
    await row.getByRole('button', { name: /^Assign/ }).click();
    await page.getByRole('list', { name: 'Images to boot' }).getByRole('button').filter({ hasText: pc.image }).click();
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(row).toContainText(pc.image);
    const seenElsewhere = other.getByRole('region', { name: 'Machines' }).getByRole('listitem').filter({ hasText: pc.mac });
    await expect(seenElsewhere).toContainText(pc.image);

    await expect.poll(() => pc.serialLog(), { timeout: pc.bootMilliseconds, intervals: [200] }).toContain('BOOTFERRY-PROBE');
    await expect(row).toContainText('On');
    await expect(seenElsewhere).toContainText('On');
    expect(await page.evaluate(() => 'sameDocument' in window), 'the page was not loaded again').toBe(true);
  } finally {
    powerOff(power);
  }
});

async function makeAdmin(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel('Code').fill('AAAA-AAAA-AAAA');
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Set the password' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await page.getByLabel('Code').fill(need('BOOTFERRY_CODE'));
  await page.getByRole('button', { name: 'Set the password' }).click();
  await expect(page.getByRole('status', { name: 'Server state' })).toContainText('Running');
}

async function logIn(page: Page, secret: string): Promise<void> {
  await page.getByLabel('Name').fill('admin');
  await page.getByRole('textbox', { name: 'Password' }).fill(secret);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('status', { name: 'Server state' })).toContainText('Running');
}

async function logInElsewhere(browser: Browser, url: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(url);
  await logIn(page, password);
  return page;
}

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
