// SPDX-License-Identifier: Apache-2.0
// Webhooks and diagnostics of docs/api.md over the fake server.
import { checkRight } from './fake_people.mjs';
import { Refusal } from './fake_refusal.mjs';

export const diagnostics = 'Diagnostics of Bootferry.\nversion: Bootferry 0.1.0\n';

export function addTellingRoutes(route) {
  const forAdmins = (method, path, handle) =>
    route(method, path, (server, asked) => {
      checkRight(server, asked.caller, 'admin', { headers: { 'x-bootferry': '1' } });
      return handle(server, asked);
    });

  forAdmins('GET', 'diagnostics', () => Buffer.from(diagnostics));
  forAdmins('GET', 'webhooks', (server) => ({ webhooks: server.webhooks }));
  forAdmins('POST', 'webhooks/{number}/test', (server, { parts: [number] }) => {
    const webhook = server.webhooks.find((one) => one.number === Number(number));
    if (webhook === undefined) throw new Refusal(404, `There is no webhook ${number}.`);
    webhook.last = { at: new Date().toISOString(), kind: 'test', milliseconds: 12, ...server.webhookAnswers };
    return webhook.last;
  });
}
