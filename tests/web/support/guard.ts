// SPDX-License-Identifier: Apache-2.0
// A page that may not complain on its console, nor talk to anyone but its server. Both kinds of specs use it.
import { expect, type Page } from '@playwright/test';

/** Listens from now on; the function that it returns fails the test if anything but `allowed` was heard. */
export function guard(page: Page, url: string, allowed: RegExp): () => void {
  const complaints: string[] = [];
  const strangers: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol !== 'data:' && protocol !== 'blob:' && host !== new URL(url).host) strangers.push(request.url());
  });
  return () => {
    expect(complaints.filter((text) => !allowed.test(text))).toEqual([]);
    expect(strangers, 'requests to anyone but the server').toEqual([]);
  };
}
