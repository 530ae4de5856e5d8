// SPDX-License-Identifier: Apache-2.0
// The routes of docs/api.md over the fake server's maps. A handler gets (server, {parts, query, body}); parts are what stands in
// the braces of the path. What it answers is sent as JSON, nothing as 204.
import { addAccessRoutes } from './fake_access_routes.mjs';
import { checkRight } from './fake_people.mjs';
import { Refusal } from './fake_refusal.mjs';
import { addStateFileRoutes } from './fake_state_files.mjs';
import { addTellingRoutes } from './fake_telling.mjs';

const routes = [];

function route(method, path, handle) {
  const pattern = new RegExp(`^${path.replace(/\{[a-z]+\}/g, '([^/]+)')}$`);
  routes.push({ method, pattern, handle });
}

export function findRoute(method, path) {
  for (const { method: wanted, pattern, handle } of routes) {
    const match = wanted === method ? pattern.exec(path) : null;
    if (match !== null) return { handle, parts: match.slice(1).map(decodeURIComponent) };
  }
  throw new Refusal(routes.some(({ pattern }) => pattern.test(path)) ? 405 : 404, `There is no ${method} ${path}.`);
}

function need(thing, what) {
  if (thing === undefined) throw new Refusal(404, `There is no ${what}.`);
  return thing;
}

function knowKeys(body, ...keys) {
  const stranger = Object.keys(body).find((key) => !keys.includes(key));
  if (stranger !== undefined) throw new Refusal(400, `The key ${stranger} is not known here.`);
}

const now = () => new Date().toISOString();

// Clients -----------------------------------------------------------------------------------------------------------

const clientOf = (server, mac) => need(server.clients.get(mac), `client ${mac}`);

function changed(server, client) {
  client.known = true;
  server.publish('client-changed', client.mac, `Client ${client.mac} was changed`);
  return client;
}

function checkBoot(server, boot) {
  for (const drive of boot.drives ?? []) {
    if (!server.images.has(drive.image)) throw new Refusal(409, `There is no image ${drive.image}: add it first.`);
  }
}

function templateOf(server, name) {
  const built_in = '#!ipxe\nsanboot {{drives}}\n';
  const own = server.ownTemplates.get(name);
  return { name, own: own !== undefined, problem: null, text: own ?? built_in, built_in };
}

function setAccess(client, { secret, target_secret, ...rest }) {
  const next = { ...client.access, ...rest };
  next.secret_set ||= secret !== undefined;
  next.target_secret_set ||= target_secret !== undefined;
  const fixed = next.auth === 'chap' || next.auth === 'mutual';
  if (!fixed && (next.user !== null || secret !== undefined)) throw new Refusal(400, 'A user or secret is of use with auth chap or mutual only.');
  if (fixed && !next.secret_set) throw new Refusal(400, 'CHAP needs a secret of 12 to 255 characters.');
  client.access = fixed ? next : { ...next, secret_set: false, target_secret_set: false };
}

/** A boot that is given is the machine's only entry. */
function setBoot(server, client, boot) {
  client.entries = boot.kind === 'wait' ? [] : [{ name: boot.kind, boot }];
  client.default_entry = null;
  offer(server, client);
}

function offer(server, client) {
  const shared = client.groups.flatMap((group) => (server.groups.get(group)?.entries ?? []).map((entry) => ({ ...entry, group })));
  client.offered = [...client.entries.map((entry) => ({ ...entry, group: null })), ...shared];
  const preset = client.entries.find(({ name }) => name === client.default_entry) ?? client.entries[0];
  client.boot = preset?.boot ?? { kind: 'wait' };
}

addAccessRoutes(route);
addStateFileRoutes(route);
addTellingRoutes(route);

route('GET', 'health', (server) => server.health());
route('GET', 'clients', (server) => ({ clients: [...server.clients.values()] }));
route('GET', 'clients/{mac}', (server, { parts: [mac] }) => clientOf(server, mac));
route('PUT', 'clients/{mac}', (server, { parts: [mac], body }) => {
  let client = server.clients.get(mac);
  knowKeys(body, 'name', 'boot', 'reserved_address', 'entries', 'default_entry', 'menu_timeout', 'next_boot', 'groups', 'variables', 'quirks', 'access');
  const { name, boot, quirks, access, ...rest } = body;
  if (name && [...server.clients.values()].some((other) => other !== client && other.name === name)) {
    throw new Refusal(409, `Another client has the name ${name} already: choose another one.`);
  }
  if (boot !== undefined) checkBoot(server, boot);
  checkVariables(body.variables);
  client ??= server.addClient(mac, { state: 'off', architecture: null, first_seen: null, last_seen: null });
  Object.assign(client, rest, name === undefined ? {} : { name: name === '' ? null : name });
  if (boot !== undefined) setBoot(server, client, boot);
  Object.assign(client.quirks, quirks);
  if (access !== undefined) setAccess(client, access);
  offer(server, client);
  return changed(server, client);
});
route('DELETE', 'clients/{mac}', (server, { parts: [mac] }) => {
  clientOf(server, mac);
  if (server.sessions.some((session) => session.mac === mac)) throw new Refusal(409, `${mac} has a disk open: shut it down first.`);
  server.clients.delete(mac);
  server.publish('client-removed', mac, `Client ${mac} was removed`);
});
route('PUT', 'assignments/{mac}', (server, { parts: [mac], body }) => {
  const client = clientOf(server, mac);
  checkBoot(server, body);
  setBoot(server, client, body);
  return changed(server, client);
});

route('POST', 'clients/{mac}/wake', (server, { parts: [mac], body }) => {
  const client = clientOf(server, mac);
  knowKeys(body ?? {}, 'next_boot', 'broadcast');
  if (body?.next_boot !== undefined) client.next_boot = body.next_boot;
  server.publish('wake-sent', mac, `A magic packet was sent to ${mac}`);
  return { mac, sent: 'UDP broadcast on eth0, 10.99.0.255 and Ethernet frame' };
});
route('GET', 'clients/{mac}/script', (server, { parts: [mac] }) => {
  const client = clientOf(server, mac);
  return { template: 'san.ipxe', text: `${client.name ?? mac} boots its disks.`, script: '#!ipxe\nsanboot --drive 0x80 ...\n' };
});
route('GET', 'groups', (server) => ({ groups: [...server.groups.values()] }));
route('GET', 'groups/{name}', (server, { parts: [name] }) => need(server.groups.get(name), `group ${name}`));
/** As the server takes them: of a machine or of a group. */
function checkVariables(variables = {}) {
  const wrong = Object.keys(variables).find((name) => !/^[a-z][a-z0-9_]{0,31}$/.test(name));
  if (wrong !== undefined) throw new Refusal(400, `"${wrong}" is not a variable's name; use 1 to 32 of a-z, 0-9 and '_', beginning with a letter.`);
}

route('PUT', 'groups/{name}', (server, { parts: [name], body }) => {
  checkVariables(body.variables);
  const group = { name, entries: [], default_entry: null, menu_timeout: null, variables: {}, clients: [], ...body };
  server.groups.set(name, group);
  return group;
});
route('DELETE', 'groups/{name}', (server, { parts: [name] }) => void server.groups.delete(name));
route('GET', 'defaults', (server) => ({ unknown: server.unknown }));
route('PUT', 'defaults', (server, { body }) => {
  server.unknown = body.unknown;
  return { unknown: server.unknown };
});
route('GET', 'rules', (server) => ({ rules: server.rules }));
route('PUT', 'rules', (server, { body }) => {
  const fitsAll = ({ mac, uuid, serial, architecture }) => (mac ?? uuid ?? serial ?? architecture) === null;
  if (body.rules.some(fitsAll)) throw new Refusal(400, 'A rule without MAC, UUID, serial and architecture fits every machine; set the default instead.');
  server.rules = body.rules;
  server.publish('assignment-changed', null, 'The rules were changed');
  return { rules: server.rules };
});
route('GET', 'templates', (server) => ({ templates: ['san', 'wait'].map((name) => ({ name, own: server.ownTemplates.has(name), problem: null })) }));
route('GET', 'templates/{name}', (server, { parts: [name] }) => templateOf(server, name));
function checkTemplate(text) {
  if (!text.startsWith('#!ipxe')) throw new Refusal(400, 'Line 1 must be #!ipxe.');
}
route('POST', 'templates/{name}/preview', (server, { parts: [name], body }) => {
  knowKeys(body, 'client', 'text');
  const client = clientOf(server, body.client);
  const text = body.text ?? templateOf(server, name).text;
  checkTemplate(text);
  const uses = client.known ? 'san' : 'wait';
  const script = text.replaceAll('{{name}}', client.name ?? client.mac);
  return { template: name, used: uses === name, uses, made_up: uses !== name && name === 'san', script };
});
route('PUT', 'templates/{name}', (server, { parts: [name], body }) => {
  checkTemplate(body.text);
  server.ownTemplates.set(name, body.text);
  return templateOf(server, name);
});
route('DELETE', 'templates/{name}', (server, { parts: [name] }) => void server.ownTemplates.delete(name));
route('POST', 'clients/{mac}/floppy', (server, { parts: [mac], body }) => {
  clientOf(server, mac);
  if (!server.images.get(body.image)?.removable) throw new Refusal(404, `There is no floppy ${body.image}.`);
  return { mac, image: body.image, before: 'disk1' };
});
route('GET', 'loaders', () => ({
  loaders: [
    { name: 'undionly.kpxe', architecture: 'bios', version: '1.0.0+git-20190125.36a4c85-5.1', size: 72819, modified: now(), source: 'package' },
    { name: 'snponly.efi', architecture: 'efi-x64', version: '1.21.1', size: 173792, modified: now(), source: 'user' },
  ],
  sent: [
    { architecture: 'bios', firmware: 'pxe', loader: 'undionly.kpxe', why_none: null },
    { architecture: 'efi-arm64', firmware: 'pxe', loader: null, why_none: 'No loader for it is here: put ipxe-arm64.efi into the folder of loaders.' },
  ],
}));
route('GET', 'network', (server) => ({
  interface: 'eth0', address: '10.99.0.1', network: '10.99.0.0/24', dhcp_mode: server.dhcpMode, pool: server.pool,
}));
route('GET', 'network/servers', (server) => ({ servers: server.servers }));
route('POST', 'network/servers/probe', (server) => ({ servers: server.servers }));
const selfTest = (server) => ({
  worst: ['fail', 'warn'].find((verdict) => server.checkLines.some((line) => line.verdict === verdict)) ?? 'ok', lines: server.checkLines,
});
route('POST', 'check', selfTest);
route('POST', 'first-visit/check', (server, { headers }) => {
  if (server.users.size > 0) throw new Refusal(409, 'There is an admin already.');
  if (headers['x-first-visit-code'] !== server.code) throw new Refusal(401, 'This is not the code; it stands on the console.');
  return selfTest(server);
});

route('GET', 'sessions', (server) => ({ sessions: server.sessions }));
route('DELETE', 'sessions/{id}', (server, { parts: [id] }) => {
  const session = need(server.sessions.find((one) => one.id === Number(id)), `session ${id}`);
  server.sessions.splice(server.sessions.indexOf(session), 1);
  server.publish('session-closed', session.mac, `The session on ${session.image} was dropped`);
});
route('GET', 'leases', (server) => ({ leases: server.leases }));
route('GET', 'events', (server, { query }) => {
  const mac = query.get('mac');
  return { events: server.events.filter((event) => mac === null || event.mac === mac).slice(-Number(query.get('limit') ?? 100)) };
});
route('GET', 'boots', (server, { query }) => {
  const mac = query.get('mac');
  return { boots: server.boots.filter((boot) => mac === null || boot.mac === mac).map(({ steps, ...rest }) => rest) };
});
route('GET', 'boots/{id}', (server, { parts: [id] }) => need(server.boots.find((boot) => boot.id === Number(id)), `boot ${id}`));

// Images ------------------------------------------------------------------------------------------------------------

const imageOf = (server, name) => server.withUsers(need(server.images.get(name), `image ${name}`));
const presetSizes = { linux: 16 * 1024 ** 3, dos: 500 * 1024 ** 2, 'floppy-1440': 1474560, 'floppy-2880': 2949120 };

function imageChanged(server, name, text) {
  server.publish('image-changed', null, text);
  return imageOf(server, name);
}

function addVersion(server, name, comment) {
  const versions = server.versions.get(name);
  const { size } = server.images.get(name);
  const number = versions.at(-1).number + 1;
  versions.push({ number, comment, created: now(), size, allocated: 65536, depth: versions.length + 1, used_by: [] });
  for (const overlay of server.overlays.filter(({ image }) => image === name)) {
    overlay.current_version = number;
    overlay.behind = overlay.version !== number;
  }
}

/** A small disk that begins with a text. */
const bytesOf = (text) => Buffer.concat([Buffer.from(text), Buffer.alloc(1 << 20, 7)]);

function freeName(server, name) {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name ?? '')) throw new Refusal(400, 'An image needs a name of letters, digits, dots and dashes.');
  if (server.images.has(name)) throw new Refusal(409, `There is an image ${name} already: choose another name.`);
}

route('GET', 'images', (server) => ({ images: [...server.images.keys()].map((name) => imageOf(server, name)) }));
route('GET', 'images/{name}', (server, { parts: [name] }) => imageOf(server, name));
route('POST', 'images', (server, { body }) => {
  knowKeys(body, 'name', 'preset', 'size', 'block_size', 'physical_block_size', 'removable', 'thick');
  freeName(server, body.name);
  server.addImage(body.name, body.size ?? need(presetSizes[body.preset], 'size'), 4096, { removable: body.removable ?? (body.preset ?? '').startsWith('floppy') });
  return imageOf(server, body.name);
});
route('DELETE', 'images/{name}', (server, { parts: [name] }) => {
  const { used_by } = imageOf(server, name);
  if (used_by.length > 0) throw new Refusal(409, `${name} is used by ${used_by.join(', ')}: give them another image first.`);
  server.images.delete(name);
  server.publish('image-removed', null, `Image ${name} was removed`);
});
route('POST', 'images/{name}/grow', (server, { parts: [name], body }) => {
  const image = need(server.images.get(name), `image ${name}`);
  if (body.size < image.size) throw new Refusal(409, `${name} has ${image.size} bytes already, and no image gets smaller.`);
  image.size = body.size;
  return imageChanged(server, name, `Image ${name} has grown`);
});
route('GET', 'images/{name}/check', (server, { parts: [name] }) => checkOf(server, name));
route('POST', 'images/{name}/repair', (server, { parts: [name] }) => {
  const findings = server.findings.get(name) ?? [];
  server.findings.set(name, findings.filter(({ repairable }) => !repairable));
  return { ...checkOf(server, name), mended: findings.filter(({ repairable }) => repairable) };
});
function folderOf(server, image, query) {
  if (!server.files.has(image)) throw new Refusal(409, 'The image holds no file system that can be looked into here: FAT12, FAT16, FAT32 and ISO 9660 are.');
  const path = query.get('path') ?? '/';
  const entries = need(server.files.get(image)[path], path);
  return { image, version: 1, path, file_system: path === '/' ? 'MBR' : 'FAT16', entries, truncated: false };
}

const forAdmins = (server, caller) => checkRight(server, caller, 'admin', { headers: { 'x-bootferry': '1' } });

route('GET', 'images/{name}/files', (server, { parts: [image], query }) => folderOf(server, image, query));
route('GET', 'images/{name}/files/content', (server, { parts: [image], query, caller }) => {
  forAdmins(server, caller);
  return Buffer.from(need(server.files.get(image)?.[query.get('path')], query.get('path')));
});
route('GET', 'images/{name}/content', (server, { parts: [name], query, caller }) => {
  forAdmins(server, caller);
  const number = Number(query.get('version') ?? server.versions.get(name)?.at(-1).number);
  return bytesOf(need(server.versions.get(name)?.find((one) => one.number === number), `version ${number}`).comment);
});
route('GET', 'images/{name}/versions', (server, { parts: [name] }) => ({ versions: need(server.versions.get(name), `image ${name}`) }));
route('POST', 'images/{name}/publish', (server, { parts: [name], body }) => {
  imageOf(server, name);
  knowKeys(body, 'comment', 'from');
  addVersion(server, name, body.comment ?? '');
  return imageChanged(server, name, `Image ${name} has a new version`);
});
route('POST', 'images/{name}/clone', (server, { parts: [name], body }) => {
  const { size, allocated } = imageOf(server, name);
  freeName(server, body.name);
  server.addImage(body.name, size, allocated);
  return imageOf(server, body.name);
});
route('DELETE', 'images/{name}/versions/{number}', (server, { parts: [name, number] }) => {
  const versions = need(server.versions.get(name), `image ${name}`);
  const version = need(versions.find((one) => one.number === Number(number)), `version ${number}`);
  if (version === versions.at(-1)) throw new Refusal(409, `Version ${number} is the current one: publish another first.`);
  versions.splice(versions.indexOf(version), 1);
  return imageChanged(server, name, `Version ${number} of ${name} was removed`);
});

function checkOf(server, name) {
  imageOf(server, name);
  const findings = server.findings.get(name) ?? [];
  const worst = ['error', 'warning', 'note'].find((severity) => findings.some((one) => one.severity === severity)) ?? 'ok';
  return { image: name, kind: 'dos', worst, findings, mended: [] };
}

// Overlays ----------------------------------------------------------------------------------------------------------

function overlayOf(server, [mac, image], query, mustBeShut = true) {
  const overlay = need(
    server.overlays.find((one) => one.mac === mac && one.image === image && one.mode === (query.get('mode') ?? 'private')),
    `overlay of ${mac} on ${image}`,
  );
  if (mustBeShut && overlay.in_use) throw new Refusal(409, `${mac} has ${image} open: shut it down first.`);
  return overlay;
}

function overlayChanged(server, overlay, text) {
  server.publish('overlay-changed', overlay.mac, text);
  return overlay;
}

function keep(overlay, comment) {
  overlay.snapshots.push({
    number: (overlay.snapshots.at(-1)?.number ?? 0) + 1, version: overlay.version, comment, created: now(), allocated: overlay.allocated,
  });
  overlay.allocated = 0;
}

const overlayPath = 'clients/{mac}/overlays/{image}';
route('GET', `${overlayPath}/files`, (server, { parts, query }) => folderOf(server, overlayOf(server, parts, query).image, query));
route('GET', `${overlayPath}/content`, (server, { parts, query, caller }) => {
  forAdmins(server, caller);
  return bytesOf(`${overlayOf(server, parts, query).image} of ${parts[0]}`);
});
route('GET', 'overlays', (server) => ({ overlays: server.overlays }));
route('POST', `${overlayPath}/snapshots`, (server, { parts, query, body }) => {
  const overlay = overlayOf(server, parts, query);
  keep(overlay, body.comment);
  return overlayChanged(server, overlay, `A snapshot of ${overlay.image} was taken`);
});
route('DELETE', `${overlayPath}/snapshots/{number}`, (server, { parts, query }) => {
  const overlay = overlayOf(server, parts, query);
  overlay.snapshots = overlay.snapshots.filter(({ number }) => number !== Number(parts[2]));
  return overlayChanged(server, overlay, `A snapshot of ${overlay.image} was removed`);
});
route('POST', `${overlayPath}/rollback`, (server, { parts, query, body }) => {
  const overlay = overlayOf(server, parts, query);
  const snapshot = need(overlay.snapshots.find(({ number }) => number === body.snapshot), `snapshot ${body.snapshot}`);
  overlay.allocated = 0;
  overlay.version = snapshot.version;
  overlay.behind = overlay.version !== overlay.current_version;
  return overlayChanged(server, overlay, `${overlay.image} was rolled back to snapshot ${snapshot.number}`);
});
route('POST', `${overlayPath}/apply`, (server, { parts, query, body }) => {
  const overlay = overlayOf(server, parts, query);
  if (overlay.behind) throw new Refusal(409, `${overlay.image} has a newer version: rebase first.`);
  overlay.version += 1;
  addVersion(server, overlay.image, body.comment);
  overlay.allocated = 0;
  server.publish('image-changed', null, `Image ${overlay.image} has a new version`);
  return overlayChanged(server, overlay, `The changes to ${overlay.image} were applied`);
});
route('POST', `${overlayPath}/rebase`, (server, { parts, query }) => {
  const overlay = overlayOf(server, parts, query);
  keep(overlay, `before the rebase to version ${overlay.current_version}`);
  Object.assign(overlay, { version: overlay.current_version, behind: false });
  return overlayChanged(server, overlay, `${overlay.image} was rebased`);
});
route('POST', `${overlayPath}/clone`, (server, { parts, query, body }) => {
  const overlay = overlayOf(server, parts, query);
  freeName(server, body.name);
  server.addImage(body.name, overlay.size, overlay.allocated);
  return overlay;
});
route('POST', `${overlayPath}/grow`, (server, { parts, query, body }) => {
  const overlay = overlayOf(server, parts, query, false);
  if (body.size < overlay.size) throw new Refusal(409, `It has ${overlay.size} bytes already, and no drive gets smaller.`);
  overlay.size = body.size;
  return overlayChanged(server, overlay, `${overlay.image} has grown`);
});
route('DELETE', overlayPath, (server, { parts, query }) => {
  const overlay = overlayOf(server, parts, query);
  server.overlays.splice(server.overlays.indexOf(overlay), 1);
  server.publish('overlay-changed', overlay.mac, `The changes to ${overlay.image} were discarded`);
});

// Jobs and uploads --------------------------------------------------------------------------------------------------

route('GET', 'jobs', (server) => ({ jobs: server.jobs }));
route('DELETE', 'jobs/{id}', (server, { parts: [id] }) => {
  const job = need(server.jobs.find((one) => one.id === Number(id)), `job ${id}`);
  Object.assign(job, { state: 'cancelled', ended: now() });
  server.publish('job-ended', null, `Adding ${job.image} was cancelled`);
});
route('GET', 'uploads', (server) => ({
  uploads: [...server.uploads.values()].map(({ id, image, file_name, offset, length }) => ({
    id, image, file_name, sha256: null, format: null, block_size: 512, physical_block_size: 4096, removable: false, thick: false, offset, length,
    expires: new Date(Date.now() + 7 * 86400_000).toISOString(),
  })),
}));
