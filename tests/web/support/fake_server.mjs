// SPDX-License-Identifier: Apache-2.0
// A Bootferry for the page's eyes only: docs/api.md over a few maps in memory, with the live stream, the token check and
// the real server's content security policy. Tests drive it by its methods; `node fake_server.mjs` shows a demo to look at.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const defaultPage = process.env.BOOTFERRY_PAGE ?? fileURLToPath(new URL('../../../web/dist', import.meta.url));
const contentTypes = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; script-src 'self'; img-src 'self' data:";

class Refusal extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

export class FakeServer {
  token = 'test-admin-token';
  clients = new Map();
  images = new Map();
  sessions = [];
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
  }

  get url() {
    return `http://127.0.0.1:${this.port_}${this.base_}`;
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

  addImage(name, size = 104857600, allocated = 8388608) {
    this.images.set(name, { name, format: 'raw', size, allocated, created: now() });
    this.publish('image-added', null, `Image ${name} was added`);
  }

  /** A client as it would be after its first DHCP packet, changed by `more`. */
  seeMachine(mac, more = {}) {
    const client = {
      mac, name: null, known: false, boot: { kind: 'wait' }, targets: [], reserved_address: null, address: null,
      architecture: 'bios', state: 'waiting', first_seen: now(), last_seen: now(), ...more,
    };
    this.clients.set(mac, client);
    this.publish('client-seen', mac, `Machine ${mac} appeared (${client.architecture})`);
    this.publish('dhcp-discover', mac, `PC ${mac} asks for an address (BIOS PXE)`);
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
      const route = path.slice('api/v1/'.length).split('/').map(decodeURIComponent);
      if (request.method === 'GET') return this.answerRead(route, searchParams, request, response);
      this.checkToken(request);
      const body = await readBody(request);
      const answer = this.change(request.method, route, body);
      this.writes.push({ method: request.method, path, body });
      answer === undefined ? send(response, 204) : send(response, 200, answer);
    } catch (error) {
      const status = error.status ?? 500;
      send(response, status, { title: 'Refused', status, detail: error.message }, 'application/problem+json');
    }
  }

  async answerFile(path, response) {
    const file = join(this.page_, normalize(`/${path === '' ? 'index.html' : path}`));
    const bytes = await readFile(file).catch(() => {
      throw new Refusal(404, `There is no ${path}.`);
    });
    response.writeHead(200, { 'Content-Type': contentTypes[extname(file)] ?? 'application/octet-stream', 'Content-Security-Policy': policy });
    response.end(bytes);
  }

  answerRead([what, key], query, request, response) {
    if (this.readsAnswer !== null) throw new Refusal(this.readsAnswer, 'The server is not there.');
    if (what === 'events' && key === 'stream') return this.openStream(request, response);
    const answers = {
      health: () => this.health(),
      clients: () => ({ clients: [...this.clients.values()] }),
      images: () => ({ images: [...this.images.values()].map((image) => this.withUsers(image)) }),
      sessions: () => ({ sessions: this.sessions }),
      events: () => ({ events: this.events.slice(-Number(query.get('limit') ?? 100)) }),
    };
    if (answers[what] === undefined || key !== undefined) throw new Refusal(404, `There is no ${what}.`);
    send(response, 200, answers[what]());
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

  checkToken(request) {
    const given = request.headers.authorization;
    if (given === undefined) throw new Refusal(401, 'Changes need the admin token; it is in STATE_DIR/admin-token.');
    if (given !== `Bearer ${this.token}`) throw new Refusal(403, 'This is not the admin token; it is in STATE_DIR/admin-token.');
  }

  change(method, [what, mac], body) {
    const client = this.clients.get(mac);
    if (client === undefined) throw new Refusal(404, `There is no client ${mac}.`);
    if (method === 'PUT' && what === 'assignments') this.assign(client, body);
    else if (method === 'PUT' && what === 'clients') this.rename(client, body);
    else throw new Refusal(405, `${method} is not possible here.`);
    this.publish('client-changed', mac, `Client ${mac} was changed`);
    return client;
  }

  assign(client, boot) {
    for (const drive of boot.drives ?? []) {
      if (!this.images.has(drive.image)) throw new Refusal(409, `There is no image ${drive.image}: add it first.`);
    }
    client.boot = boot;
    client.known = true;
  }

  rename(client, { name, ...unknown }) {
    const [key] = Object.keys(unknown);
    if (key !== undefined) throw new Refusal(400, `The key ${key} is not known here.`);
    if ([...this.clients.values()].some((other) => other !== client && other.name === name && name !== '')) {
      throw new Refusal(409, `Another client has the name ${name} already: choose another one.`);
    }
    client.name = name === '' ? null : name;
    client.known = true;
  }

  withUsers(image) {
    const uses = (client) => client.boot.drives?.some((drive) => drive.image === image.name);
    return { ...image, used_by: [...this.clients.values()].filter(uses).map((client) => client.mac) };
  }

  health() {
    return {
      status: 'ok', version: '0.1.0', started: this.started_.toISOString(), uptime_seconds: Math.floor((Date.now() - this.started_) / 1000),
      interface: 'eth0', server_address: '10.99.0.1', dhcp_mode: 'proxy', ports: { dhcp: 67, pxe: 4011, tftp: 69, http: 8080, iscsi: 3260 },
      clients: this.clients.size, images: this.images.size, sessions: this.sessions.length,
    };
  }
}

function now() {
  return new Date().toISOString();
}

function frame(event) {
  return `id: ${event.id}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;
}

function send(response, status, body, type = 'application/json') {
  response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

async function readBody(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? {} : JSON.parse(text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { fillWithHomeLab } = await import('./home_lab.mjs');
  const server = new FakeServer();
  await server.start(Number(process.argv[2] ?? 8081));
  fillWithHomeLab(server);
  console.log(`${server.url}  (admin token: ${server.token})`);
}
