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

export type Architecture = 'bios' | 'efi-ia32' | 'efi-x64' | 'efi-arm32' | 'efi-arm64' | 'raspberry-pi' | 'unknown';
export type ClientState = 'off' | 'waiting' | 'booting' | 'on';

export type BootState = 'running' | 'waiting' | 'booted' | 'stalled' | 'failed' | 'gone';

/** What a machine's row tells of its last boot. */
export interface LastBoot {
  id: number;
  state: BootState;
  stage: string;
  started: string;
  code: string | null;
  reason: string | null;
  mend: string | null;
}

/** One thing that happened in a boot, and its repetitions. */
export interface BootStep {
  kind: string;
  at: string;
  /** milliseconds from the boot's start */
  ms: number;
  last_ms: number;
  count: number;
  text: string;
  fields: Record<string, unknown>;
}

export interface BootRecord extends LastBoot {
  mac: string;
  architecture: Architecture | null;
  firmware: string | null;
  decision: string | null;
  image: string | null;
  updated: string;
  ended: string | null;
  bytes_read: number;
  bytes_written: number;
  last_io: string | null;
  /** left out in lists */
  steps?: BootStep[];
}

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
  /** who made its network card, where the MAC tells */
  vendor?: string | null;
  last_boot?: LastBoot | null;
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
  block_size: number;
  physical_block_size: number;
  removable: boolean;
  thick: boolean;
  allocated: number;
  created: string;
  /** MACs of the clients that boot from it */
  used_by: string[];
}

export type Preset = 'blank' | 'linux' | 'dos' | 'floppy-360' | 'floppy-720' | 'floppy-1200' | 'floppy-1440' | 'floppy-2880';

/** POST /images: a size may be left out where the preset has one. */
export interface NewImage {
  name: string;
  preset: Preset;
  size?: number;
}

export interface Version {
  number: number;
  comment: string;
  created: string;
  size: number;
  allocated: number;
  depth: number;
  /** in words: what lies on it */
  used_by: string[];
}

export interface Snapshot {
  number: number;
  version: number;
  comment: string;
  created: string;
  allocated: number;
}

export interface Overlay {
  mac: string;
  image: string;
  mode: DriveMode;
  version: number;
  current_version: number;
  behind: boolean;
  in_use: boolean;
  created: string;
  size: number;
  /** on the server's disk: what was written since the newest snapshot */
  allocated: number;
  quota: number | null;
  snapshots: Snapshot[];
}

export type Severity = 'ok' | 'note' | 'warning' | 'error';

export interface Finding {
  severity: Severity;
  code: string;
  sentence: string;
  mend: string;
  repairable: boolean;
}

export interface Check {
  image: string;
  kind: 'dos' | 'mbr' | 'gpt' | 'floppy' | 'volume' | 'cd' | 'blank' | 'unknown';
  worst: Severity;
  findings: Finding[];
  /** after a repair */
  mended?: Finding[];
}

export interface Job {
  id: number;
  kind: string;
  image: string | null;
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
  step: string | null;
  done: number;
  total: number;
  error: string | null;
  started: string;
  ended: string | null;
}

export interface Upload {
  id: string;
  image: string;
  file_name: string | null;
  offset: number;
  length: number;
  expires: string;
}

export interface Lease {
  address: string;
  mac: string;
  hostname: string | null;
  state: 'bound' | 'released' | 'declined' | 'expired';
  expires: string;
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
  'dhcp-other-server', 'dhcp-other-offer', 'dhcp-other-chosen', 'quirk-learned',
  'pxe-request',
  'tftp-start', 'tftp-done', 'tftp-failed',
  'file-served', 'script-served',
  'session-opened', 'session-closed', 'login-refused', 'job-started', 'job-progress', 'job-ended',
  'boot-started', 'boot-step', 'boot-stalled', 'boot-ended',
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
