// SPDX-License-Identifier: Apache-2.0
// The values of docs/api.md, word for word. Times are RFC 3339 in UTC, sizes are bytes.

export type DriveMode = 'master' | 'readonly' | 'private' | 'fresh';

export interface Drive {
  image: string;
  mode: DriveMode;
  /** bytes that the changes of a private or fresh drive may take */
  quota?: number | null;
}

/** What a client does when it netboots. A file is a URL, or a path in the server's folder `files`. */
export type Boot =
  | { kind: 'wait' }
  | { kind: 'disks'; drives: Drive[]; keep_san?: boolean }
  | { kind: 'kernel'; kernel: string; initrds?: string[]; command_line?: string }
  | { kind: 'local' }
  | { kind: 'floppy'; image: string; mode?: DriveMode; memdisk?: boolean }
  | { kind: 'cd'; image: string; mode?: DriveMode }
  | { kind: 'installer'; drives: Drive[]; kernel: string; initrds?: string[]; command_line?: string }
  | { kind: 'windows'; drives: Drive[]; wimboot?: string; files: string[] }
  | { kind: 'iso'; iso: string }
  | { kind: 'efi'; program: string; arguments?: string }
  | { kind: 'ipxe'; url: string }
  | { kind: 'shell' }
  | { kind: 'poweroff' };
export type BootKind = Boot['kind'];

/** A line of a boot menu. */
export interface Entry {
  name: string;
  boot: Boot;
}

/** What a machine of a group, a rule or the default gets. */
export type Assignment = Boot | { kind: 'menu' } | { kind: 'ignore' } | { kind: 'group'; group: string } | { kind: 'client'; client: string };

interface Menu {
  entries: Entry[];
  /** null for the first */
  default_entry: string | null;
  /** seconds; null waits for a key */
  menu_timeout: number | null;
}

export interface Group extends Menu {
  name: string;
  variables: Record<string, string>;
  clients: string[];
}

/** What its firmware needs that others do not. */
export interface Quirks {
  proxy_form: 'auto' | 'option43' | 'binl';
  learned_proxy_form: 'option43' | 'binl' | null;
  loader: string | null;
  tftp_no_options: boolean;
  tftp_block_size: number | null;
  /** 1 to 4 for COM1 to COM4 */
  serial_console: number | null;
}

/** For machines that have nothing of their own; null fits all, '*' stands for any text. */
export interface Rule {
  mac: string | null;
  uuid: string | null;
  serial: string | null;
  architecture: Architecture | null;
  then: Assignment;
}

export interface TemplateSummary {
  name: string;
  /** one of the user's */
  own: boolean;
  /** what is wrong with it */
  problem: string | null;
}

export interface Template extends TemplateSummary {
  text: string;
  built_in: string;
}

export interface BootScript {
  template: string;
  text: string;
  script: string;
}

export interface Loader {
  name: string;
  architecture: Architecture | null;
  version: string | null;
  size: number;
  modified: string;
  source: 'package' | 'user' | 'generated';
}

export interface LoaderList {
  loaders: Loader[];
  sent: { architecture: Architecture; firmware: string; loader: string | null; why_none: string | null }[];
}

export interface CheckLine {
  id: string;
  verdict: 'ok' | 'warn' | 'fail';
  text: string;
  mend: string | null;
}

export interface SelfTest {
  worst: CheckLine['verdict'];
  lines: CheckLine[];
}

/** Another DHCP or PXE server of the LAN. */
export interface OtherServer {
  address: string;
  mac: string | null;
  kind: 'dhcp' | 'pxe' | 'proxy';
  boot_file: string | null;
  first_seen: string;
  last_seen: string;
}

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
  fields: Record<string, string>;
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
  /** what its next boot does by default */
  boot: Boot;
  entries: Entry[];
  default_entry: string | null;
  menu_timeout: number | null;
  /** an entry's name, or a boot that is no entry; once */
  next_boot: string | Boot | null;
  groups: string[];
  /** its own entries and those of its groups */
  offered: (Entry & { group: string | null })[];
  /** where its boot comes from when it has none of its own */
  why: string | null;
  access: Access;
  quirks: Quirks;
  targets: string[];
  reserved_address: string | null;
  address: string | null;
  architecture: Architecture | null;
  state: ClientState;
  first_seen: string | null;
  last_seen: string | null;
  /** who made its network card, where the MAC tells */
  vendor?: string | null;
  last_boot: LastBoot | null;
}

/** Who may open its disks; secrets are never told. */
export interface Access {
  auth: 'boot' | 'none' | 'chap' | 'mutual';
  /** null for its own name */
  initiator: string | null;
  /** null for the initiator's name */
  user: string | null;
  /** an address or a network; null for anywhere */
  from: string | null;
  secret_set: boolean;
  target_secret_set: boolean;
}

export type AccessChange = Partial<Omit<Access, 'secret_set' | 'target_secret_set'>> & { secret?: string; target_secret?: string };

/** PUT /clients/{mac}: a key left out keeps its value. */
export interface ClientChange {
  name?: string;
  boot?: Boot;
  entries?: Entry[];
  default_entry?: string | null;
  menu_timeout?: number | null;
  next_boot?: string | Boot | null;
  groups?: string[];
  access?: AccessChange;
  quirks?: Partial<Quirks>;
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
  /** the number of the current one */
  version: number;
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
  /** who made its network card, where the MAC tells */
  vendor?: string | null;
  hostname: string | null;
  state: 'bound' | 'released' | 'declined' | 'expired';
  expires: string;
}

/** How full the addresses are that Bootferry hands out; each is in one of the four. */
export interface Pool {
  first: string;
  last: string;
  size: number;
  leased: number;
  reserved: number;
  declined: number;
  free: number;
  /** a sentence with its mend when few are free */
  warning: string | null;
}

export interface Network {
  interface: string;
  address: string;
  network: string;
  dhcp_mode: string;
  pool: Pool | null;
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
  /** sentences with their mend */
  warnings?: string[];
}

export const eventKinds = [
  'client-seen', 'client-changed', 'client-removed',
  'image-added', 'image-changed', 'image-removed', 'overlay-made', 'overlay-changed', 'space-low',
  'dhcp-discover', 'dhcp-offer', 'dhcp-request', 'dhcp-ack', 'dhcp-nak', 'dhcp-decline', 'dhcp-release', 'dhcp-ignored',
  'dhcp-other-server', 'dhcp-other-offer', 'dhcp-other-chosen', 'quirk-learned', 'wake-sent', 'floppy-changed', 'assignment-changed',
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
  fields: Record<string, string>;
}

/** RFC 9457: what every error answers. */
export interface ProblemBody {
  title?: string;
  status?: number;
  detail?: string;
  /** a setting or a command that helps */
  hint?: string;
}

// Access ------------------------------------------------------------------------------------------------------------

export type Right = 'boot' | 'anyone' | 'read' | 'write' | 'admin' | 'control';

/** Who asks. */
export interface Me {
  user: string | null;
  right: Right;
  via: 'nothing' | 'login' | 'token' | 'file-token' | 'socket';
  /** there is no admin yet */
  first_visit: boolean;
}

export interface User {
  name: string;
  role: 'admin' | 'viewer';
  created: string;
  password_changed: string;
}

export interface Token {
  id: number;
  name: string;
  scope: 'read' | 'write' | 'admin';
  owner: string | null;
  created: string;
  /** null for never */
  expires: string | null;
  used: string | null;
}

export interface NewToken {
  name: string;
  scope: Token['scope'];
  expires_days: number | null;
}

export interface Login {
  id: string;
  user: string;
  created: string;
  seen: string;
  expires: string;
  address: string | null;
  agent: string;
  current: boolean;
}

/** One line of the audit log. */
export interface Change {
  id: number;
  time: string;
  who: string;
  address: string | null;
  method: string;
  path: string;
  status: number;
  note: string;
}
