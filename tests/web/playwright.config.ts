// SPDX-License-Identifier: Apache-2.0
// Three projects: `page` runs on the fake server, `nginx` on the same behind nginx at /boot/, `e2e` on a real Bootferry that
// tests/e2e has started.
// The browser is the system's Chromium; Playwright never brings one.
import { defineConfig } from '@playwright/test';

const junit = process.env['BOOTFERRY_JUNIT'];

export default defineConfig<{ behindNginx: boolean }>({
  outputDir: 'results',
  // Each test has a server and a browser window of its own. `e2e` has one machine, and is one file a run.
  workers: 2,
  // What passes at the second try only is listed as flaky.
  retries: process.env.CI === undefined ? 0 : 1,
  forbidOnly: true,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ...(junit === undefined ? [] : [['junit', { outputFile: junit }] as ['junit', { outputFile: string }]])],
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 900 },
    contextOptions: { reducedMotion: 'reduce' },
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env['BOOTFERRY_CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'page', testDir: 'specs' },
    // How the page looks and how big it is does not depend on where it is.
    { name: 'nginx', testDir: 'specs', testIgnore: ['accessibility.spec.ts', 'size.spec.ts'], use: { behindNginx: true } },
    // A virtual PC beside it makes the machine slow.
    { name: 'e2e', testDir: 'e2e', expect: { timeout: 60_000 }, use: { screenshot: 'on' } },
  ],
});
