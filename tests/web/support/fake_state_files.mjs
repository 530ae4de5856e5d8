// SPDX-License-Identifier: Apache-2.0
// Export and apply, backup and restore of docs/api.md over the fake server's maps. Bodies are files, and come as text. A file of
// this server is JSON; a backup is the text "a backup of N clients", and restoring it leaves that many.
import { checkRight } from './fake_people.mjs';
import { Refusal } from './fake_refusal.mjs';

export const backupOf = (clients) => `a backup of ${clients} clients`;

export function addStateFileRoutes(route) {
  const forAdmins = (method, path, handle) =>
    route(method, path, (server, asked) => {
      checkRight(server, asked.caller, 'admin', { headers: { 'x-bootferry': '1' } });
      return handle(server, asked);
    });

  forAdmins('GET', 'export', (server) => ({
    bootferry: 1, images: [...server.images.values()].map(({ name }) => ({ name })), groups: [], rules: server.rules, default: server.unknown,
    clients: [...server.clients.values()].filter(({ known }) => known).map(({ mac, name }) => ({ mac, name: name ?? '' })), templates: [],
  }));
  forAdmins('POST', 'apply', (server, { body, query }) => {
    if (body.bootferry !== 1) throw new Refusal(400, 'This is no file of "bootferry export".');
    const changes = [
      ...(body.images ?? []).map(({ name }) => judgeImage(server, name)),
      ...(body.clients ?? []).map(({ mac, name }) => judgeClient(server, mac, name)),
    ];
    const refused = changes.some(({ change }) => change === 'refused');
    const dry_run = query.get('dry_run') === 'true';
    if (refused && !dry_run) throw new Refusal(409, 'Nothing was changed.');
    if (!dry_run) for (const { mac, name } of body.clients ?? []) change(server, mac, name);
    return { dry_run, refused, changes };
  });
  forAdmins('GET', 'backup', (server) => ({ text: backupOf(server.clients.size) }));
  forAdmins('POST', 'restore', restore);
  route('POST', 'first-visit/restore', (server, asked) => {
    if (server.users.size > 0) throw new Refusal(409, 'There is an admin already.');
    if (asked.headers['x-first-visit-code'] !== server.code) throw new Refusal(401, 'This is not the code; it stands on the console.');
    const verdict = restore(server, asked);
    if (!verdict.dry_run) server.addUser('admin', 'admin');
    return verdict;
  });
}

function judgeImage(server, name) {
  const there = server.images.has(name);
  return { what: 'image', name, change: there ? 'same' : 'refused', why: there ? null : `there is no image ${name} in the library; add it first` };
}

function judgeClient(server, mac, name) {
  const client = server.clients.get(mac);
  const same = client?.name === name;
  return { what: 'client', name: mac, change: client === undefined ? 'create' : same ? 'same' : 'update', why: null };
}

function change(server, mac, name) {
  if (!server.clients.has(mac)) server.seeMachine(mac);
  Object.assign(server.clients.get(mac), { name, known: true });
}

function restore(server, { body, query }) {
  const clients = Number(/^a backup of (\d+) clients$/.exec(body)?.[1] ?? NaN);
  if (Number.isNaN(clients)) throw new Refusal(400, 'the file is no backup of Bootferry; give a file that `bootferry backup` made');
  const dry_run = query.get('dry_run') === 'true';
  if (!dry_run) {
    for (const mac of [...server.clients.keys()].slice(clients)) server.clients.delete(mac);
    server.started_ = new Date(server.started_.getTime() + 1);
  }
  return { dry_run, made: '2026-03-01T09:30:00.000Z', clients, images: server.images.size, files: ['server-key'], left_out: ['bootferry.toml'] };
}
