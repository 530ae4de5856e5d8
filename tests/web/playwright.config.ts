// SPDX-License-Identifier: Apache-2.0
// Two projects: `page` runs on the fake server, `e2e` on a real Bootferry that tests/e2e has started.
// The browser is the system's Chromium; Playwright never brings one.
import { defineConfig } from '@playwright/test';

const junit = process.env['BOOTFERRY_JUNIT'];

export default defineConfig({
  outputDir: 'results',
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 30_000,
  expect: { timeout: 10_000 },
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
    { name: 'e2e', testDir: 'e2e', use: { screenshot: 'on' } },
  ],
});
