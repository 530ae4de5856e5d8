// SPDX-License-Identifier: Apache-2.0
// The values of docs/api.md, word for word. Times are RFC 3339 in UTC, sizes are bytes.

export type DriveMode = 'master' | 'readonly' | 'private' | 'fresh';

export interface Drive {
  image: string;
  mode: DriveMode;
  /** bytes that the changes of a private or fresh drive may take */
  quota?: number | null;
}

/** What a client does when it netboots. */
export type Boot =
  | { kind: 'wait' }
  | { kind: 'disks'; drives: Drive[] }
  | { kind: 'kernel'; kernel: string; initrds: string[]; command_line: string }
  | { kind: 'local' };

export type Architecture = 'bios' | 'efi-ia32' | 'efi-x64' | 'efi-arm32' | 'efi-arm64' | 'unknown';
export type ClientState = 'off' | 'waiting' | 'booting' | 'on';

export interface Client {
  mac: string;
  name: string | null;
  /** false for a machine that was only seen */
  known: boolean;
  boot: Boot;
  targets: string[];
  reserved_address: string | null;
  address: string | null;
  architecture: Architecture | null;
  state: ClientState;
  first_seen: string | null;
  last_seen: string | null;
}

/** PUT /clients/{mac}: a key left out keeps its value. */
export interface ClientChange {
  name?: string;
  boot?: Boot;
  reserved_address?: string | null;
}

export interface Image {
  name: string;
  format: string;
  size: number;
  allocated: number;
  created: string;
  used_by: string[];
}

export interface Latency {
  p50_us: number;
  p99_us: number;
}

export interface Session {
  id: number;
  target: string;
  initiator: string;
  mac: string | null;
  address: string;
  isid: string;
  tsih: number;
  state: string;
  since: string;
  bytes_read: number;
  bytes_written: number;
  commands: number;
  errors: number;
  queue_depth: number;
  read_latency: Latency | null;
  write_latency: Latency | null;
  last_command: { name: string; ms_ago: number } | null;
  image: string;
  drive: string;
  read_only: boolean;
}

export interface Health {
  status: string;
  version: string;
  started: string;
  uptime_seconds: number;
  interface: string;
  server_address: string;
  dhcp_mode: 'proxy' | 'server' | 'off';
  ports: Record<string, number>;
  clients: number;
  images: number;
  sessions: number;
}

export const eventKinds = [
  'client-seen', 'client-changed', 'client-removed',
  'image-added', 'image-changed', 'image-removed', 'overlay-made', 'overlay-changed', 'space-low',
  'dhcp-discover', 'dhcp-offer', 'dhcp-request', 'dhcp-ack', 'dhcp-nak', 'dhcp-decline', 'dhcp-release', 'dhcp-ignored',
  'pxe-request',
  'tftp-start', 'tftp-done', 'tftp-failed',
  'file-served', 'script-served',
  'session-opened', 'session-closed', 'login-refused', 'job-started', 'job-progress', 'job-ended',
  'server-started', 'server-stopping',
] as const;
export type EventKind = (typeof eventKinds)[number];

export interface ServerEvent {
  id: number;
  time: string;
  kind: EventKind;
  mac: string | null;
  address: string | null;
  text: string;
  fields: Record<string, unknown>;
}

/** RFC 9457: what every error answers. */
export interface ProblemBody {
  title?: string;
  status?: number;
  detail?: string;
}
