// SPDX-License-Identifier: Apache-2.0
// A Bootferry for the page's eyes only: docs/api.md over a few maps in memory, with the live stream, the token check and
// the real server's content security policy. Tests drive it by its methods; `node fake_server.mjs` shows a demo to look at.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Refusal } from './fake_refusal.mjs';
import { findRoute } from './fake_routes.mjs';
import { callerOf, checkRight } from './fake_people.mjs';
import { answerUpload } from './fake_uploads.mjs';

const defaultPage = process.env.BOOTFERRY_PAGE ?? fileURLToPath(new URL('../../../web/dist', import.meta.url));
const contentTypes = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; script-src 'self'; img-src 'self' data:";

export class FakeServer {
  token = 'test-admin-token';
  clients = new Map();
  images = new Map();
  /** {password, role, created, password_changed} by name; empty: the first visit is still to come */
  users = new Map();
  code = 'ferry-1234';
  tokens = [];
  groups = new Map();
  unknown = { kind: 'wait' };
  rules = [];
  ownTemplates = new Map();
  servers = [];
  /** what the self-test answers */
  checkLines = [];
  /** as GET /webhooks tells them, and what a test of one answers */
  webhooks = [];
  webhookAnswers = { delivered: true, status: 204, text: 'It answered 204 No Content' };
  sessions = [];
  /** [{number, comment, created, size, allocated, depth, used_by}] by image, oldest first */
  versions = new Map();
  /** by image: entries by the path of a folder, text by the path of a file */
  files = new Map();
  overlays = [];
  jobs = [];
  leases = [];
  /** of the DHCP addresses; null: another server hands them out */
  pool = null;
  /** whole boot records, newest first */
  boots = [];
  /** what a check of an image finds, by its name */
  findings = new Map();
  uploads = new Map();
  /** SHA-256 of what was uploaded, by image */
  receivedSums = new Map();
  /** set, an upload's line is cut when this many bytes of it are there */
  cutUploadAt = null;
  events = [];
  /** every write that was let through, for tests to read */
  writes = [];
  /** set, the API's reads answer this status: what a proxy does while the server behind it restarts */
  readsAnswer = null;

  constructor({ base = '/', page = defaultPage } = {}) {
    this.base_ = base;
    this.page_ = page;
    this.streams_ = new Set();
    this.port_ = 0;
    this.nextEvent_ = 1;
    this.started_ = new Date();
    this.addUser('admin', 'admin');
    this.addUser('viewer', 'viewer');
  }

  /** What a proxy in front of it is called; null without one. */
  proxyUrl = null;

  get url() {
    return this.proxyUrl ?? `http://127.0.0.1:${this.port_}${this.base_}`;
  }

  /** The first call picks a free port; later ones take the same again. */
  async start(port = this.port_) {
    this.started_ = new Date();
    this.server_ = createServer((request, response) => void this.answer(request, response));
    await new Promise((resolve, reject) => {
      this.server_.once('error', reject);
      this.server_.listen(port, '127.0.0.1', resolve);
    });
    this.port_ = this.server_.address().port;
  }

  /** As a crash does it: all lines are cut. */
  async stop() {
    if (this.server_ === undefined) return;
    const closed = new Promise((resolve) => this.server_.close(resolve));
    this.server_.closeAllConnections();
    this.streams_.clear();
    await closed;
    this.server_ = undefined;
  }

  // What happens on the network -----------------------------------------------------------------------------------

  addImage(name, size = 104857600, allocated = 8388608, more = {}) {
    this.images.set(name, {
      name, format: 'raw', size, block_size: 512, physical_block_size: 4096, removable: false, thick: false, allocated, created: now(),
      missing_files: [], ...more,
    });
    this.versions.set(name, [{ number: 1, comment: 'as it was added', created: now(), size, allocated, depth: 1, used_by: [] }]);
    this.publish('image-added', null, `Image ${name} was added`);
  }

  /** Its password is its name and "-password". */
  addUser(name, role) {
    this.users.set(name, { password: `${name}-password`, role, created: now(), password_changed: now() });
  }

  /** A client as it would be after its first DHCP packet, changed by `more`. */
  seeMachine(mac, more = {}) {
    const client = this.addClient(mac, more);
    this.publish('client-seen', mac, `Machine ${mac} appeared (${client.architecture})`);
    this.publish('dhcp-discover', mac, `PC ${mac} asks for an address (BIOS PXE)`);
    return client;
  }

  addClient(mac, more = {}) {
    const client = {
      mac, name: null, known: false, boot: { kind: 'wait' }, entries: [], default_entry: null, menu_timeout: null, next_boot: null, groups: [],
      variables: {}, offered: [], why: null, uuid: null, serial: null, vendor: null, last_boot: null,
      access: { auth: 'boot', initiator: null, user: null, from: null, secret_set: false, target_secret_set: false },
      quirks: { proxy_form: 'auto', learned_proxy_form: null, loader: null, tftp_no_options: false, tftp_block_size: null, serial_console: null }, targets: [], reserved_address: null, address: null,
      architecture: 'bios', state: 'waiting', first_seen: now(), last_seen: now(), ...more,
    };
    this.clients.set(mac, client);
    return client;
  }

  addSession(mac, image, more = {}) {
    const session = {
      id: this.sessions.length + 1, target: `iqn.2026-11.org.bootferry:${mac.replaceAll(':', '')}.80`, initiator: 'iqn.2010-04.org.ipxe:pc',
      mac, address: '10.99.0.100:49152', isid: '800000000001', tsih: 3, state: 'full-feature', since: now(),
      bytes_read: 1048576, bytes_written: 0, commands: 12, errors: 0, queue_depth: 0, read_latency: { p50_us: 90, p99_us: 1200 }, write_latency: null,
      last_command: { name: 'READ(10)', ms_ago: 12 }, image, drive: '0x80', read_only: false, ...more,
    };
    this.sessions.push(session);
    this.publish('session-opened', mac, `${this.clients.get(mac)?.name ?? mac} opened ${image}`);
    return session;
  }

  addOverlay(mac, image, more = {}) {
    const overlay = {
      mac, image, mode: 'private', version: 1, current_version: this.versions.get(image).at(-1).number, behind: false, in_use: false,
      created: now(), size: this.images.get(image).size, allocated: 1310720, quota: null, snapshots: [], ...more,
    };
    this.overlays.push(overlay);
    this.publish('overlay-made', mac, `${mac} changes ${image}`);
    return overlay;
  }

  /** steps: [ms, kind, text]; the client's last_boot follows. */
  addBoot(mac, steps, more = {}) {
    const started = Date.now() - (steps.at(-1)?.[0] ?? 0);
    const boot = {
      id: this.boots.length + 1, mac, client: this.clients.get(mac)?.name ?? null, state: 'booted', stage: 'system', architecture: 'bios',
      firmware: 'BIOS PXE', decision: 'san', image: null, started: new Date(started).toISOString(), updated: now(), ended: null,
      code: null, reason: null, mend: null, bytes_read: 0, bytes_written: 0, last_io: null, ...more,
      steps: steps.map(([ms, kind, text, last_ms = ms, count = 1]) => ({
        kind, at: new Date(started + ms).toISOString(), ms, last_ms, count, text, fields: {},
      })),
    };
    this.boots.unshift(boot);
    const { id, state, stage, code, reason, mend } = boot;
    const client = this.clients.get(mac);
    if (client !== undefined) client.last_boot = { id, state, stage, started: boot.started, code, reason, mend };
    this.publish(reason === null ? 'boot-ended' : 'boot-stalled', mac, reason ?? `${mac} has booted`, { fields: { boot: id, state, stage } });
    return boot;
  }

  publish(kind, mac, text, more = {}) {
    const event = { id: this.nextEvent_++, time: now(), kind, mac, address: null, text, fields: {}, ...more };
    this.events.push(event);
    for (const stream of this.streams_) stream.write(frame(event));
  }

  /** What the server says when it no longer keeps what a page missed. */
  reset() {
    for (const stream of this.streams_) stream.write('event: reset\ndata: {}\n\n');
  }

  // HTTP ----------------------------------------------------------------------------------------------------------

  async answer(request, response) {
    try {
      const { pathname, searchParams } = new URL(request.url, 'http://page');
      if (!pathname.startsWith(this.base_)) throw new Refusal(404, `There is nothing at ${pathname}.`);
      const path = pathname.slice(this.base_.length);
      if (!path.startsWith('api/v1/')) return await this.answerFile(path, response);
      await this.answerApi(request, response, path.slice('api/v1/'.length), searchParams);
    } catch (error) {
      const status = error.status ?? 500;
      send(response, status, { title: 'Refused', status, detail: error.message }, 'application/problem+json');
    }
  }

  async answerApi(request, response, path, query) {
    const { method } = request;
    if (method === 'GET' && this.readsAnswer !== null) throw new Refusal(this.readsAnswer, 'The server is not there.');
    const caller = callerOf(this, request);
    if (!isOpen(path)) checkRight(this, caller, method === 'GET' || method === 'HEAD' ? 'read' : 'write', request);
    if (method === 'GET' && path === 'events/stream') return this.openStream(request, response);
    if (path.startsWith('uploads') && !(method === 'GET' && path === 'uploads')) return await answerUpload(this, request, response, path);
    const { handle, parts } = findRoute(method, path);
    const body = method === 'GET' ? undefined : await readBody(request);
    if (method === 'GET' || request.headers['if-match'] !== undefined) {
      const now = entityTag(findRoute('GET', path).handle(this, { parts, query, caller, response }));
      if (method === 'GET') response.setHeader('ETag', now);
      else if (request.headers['if-match'] !== now) throw new Refusal(412, 'It was changed since you read it.');
    }
    const answer = handle(this, { parts, query, body, caller, response, headers: request.headers });
    if (method !== 'GET') this.writes.push({ method, path, body });
    answer === undefined ? send(response, 204) : send(response, 200, answer);
  }

  async answerFile(path, response) {
    const file = join(this.page_, normalize(`/${path === '' ? 'index.html' : path}`));
    const bytes = await readFile(file).catch(() => {
      throw new Refusal(404, `There is no ${path}.`);
    });
    response.writeHead(200, { 'Content-Type': contentTypes[extname(file)] ?? 'application/octet-stream', 'Content-Security-Policy': policy });
    response.end(bytes);
  }

  openStream(request, response) {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    response.write(': hello\nretry: 500\n\n');
    const seen = request.headers['last-event-id'];
    if (seen !== undefined) {
      for (const event of this.events) if (event.id > Number(seen)) response.write(frame(event));
    }
    this.streams_.add(response);
    request.on('close', () => this.streams_.delete(response));
  }

  withUsers(image) {
    const uses = (client) => client.boot.drives?.some((drive) => drive.image === image.name);
    return { ...image, version: this.versions.get(image.name).at(-1).number, used_by: [...this.clients.values()].filter(uses).map((client) => client.mac) };
  }

  get port() {
    return this.port_;
  }

  /** How many live streams are open now. */
  get streams() {
    return this.streams_.size;
  }

  get dhcpMode() {
    return this.pool === null ? 'proxy' : 'server';
  }

  health() {
    return {
      status: 'ok', version: '0.1.0', started: this.started_.toISOString(), uptime_seconds: Math.floor((Date.now() - this.started_) / 1000),
      interface: 'eth0', server_address: '10.99.0.1', dhcp_mode: this.dhcpMode, ports: { dhcp: 67, pxe: 4011, tftp: 69, http: 8080, iscsi: 3260 },
      clients: this.clients.size, images: this.images.size, sessions: this.sessions.length, warnings: [],
    };
  }
}

/** What needs no right. */
function isOpen(path) {
  return ['me', 'login', 'logout', 'first-visit', 'first-visit/restore', 'first-visit/check', 'health'].includes(path);
}

export function now() {
  return new Date().toISOString();
}

function entityTag(answer) {
  return `"${createHash('sha256').update(JSON.stringify(answer)).digest('hex').slice(0, 16)}"`;
}

function frame(event) {
  return `id: ${event.id}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;
}

function send(response, status, body, type = 'application/json') {
  if (Buffer.isBuffer(body)) {
    response.writeHead(status, { 'Content-Type': 'application/octet-stream', 'Content-Disposition': 'attachment', 'Cache-Control': 'no-store' });
    response.end(body);
    return;
  }
  response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

async function readBody(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  if (request.headers['content-type'] === 'application/octet-stream') return text;
  return text === '' ? {} : JSON.parse(text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { fillWithHomeLab } = await import('./home_lab.mjs');
  const server = new FakeServer();
  await server.start(Number(process.argv[2] ?? 8081));
  fillWithHomeLab(server);
  console.log(`${server.url}  (admin: admin-password, viewer: viewer-password, token: ${server.token})`);
}
