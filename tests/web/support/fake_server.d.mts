// SPDX-License-Identifier: Apache-2.0
export interface FakeClient {
  mac: string;
  name: string | null;
  known: boolean;
  entries: { name: string; boot: unknown }[];
  boot: { kind: string; drives?: { image: string; mode: string }[] };
  [key: string]: unknown;
}

type Thing = Record<string, unknown>;

export class FakeServer {
  constructor(options?: { base?: string; page?: string });
  readonly url: string;
  readonly streams: number;
  readonly port: number;
  proxyUrl: string | null;
  token: string;
  clients: Map<string, FakeClient>;
  images: Map<string, Thing>;
  versions: Map<string, Thing[]>;
  files: Map<string, Record<string, Thing[] | string>>;
  overlays: Thing[];
  jobs: Thing[];
  leases: Thing[];
  pool: Thing | null;
  boots: Thing[];
  findings: Map<string, Thing[]>;
  uploads: Map<string, { id: string; offset: number; length: number }>;
  receivedSums: Map<string, string>;
  cutUploadAt: number | null;
  users: Map<string, { password: string; role: string }>;
  code: string;
  tokens: Thing[];
  groups: Map<string, Thing>;
  unknown: Thing;
  rules: Thing[];
  ownTemplates: Map<string, string>;
  servers: Thing[];
  checkLines: Thing[];
  webhooks: Thing[];
  webhookAnswers: Thing;
  sessions: Thing[];
  writes: { method: string; path: string; body: unknown }[];
  readsAnswer: number | null;
  start(port?: number): Promise<void>;
  stop(): Promise<void>;
  addImage(name: string, size?: number, allocated?: number, more?: Thing): void;
  addUser(name: string, role: 'admin' | 'viewer'): void;
  seeMachine(mac: string, more?: Partial<FakeClient>): FakeClient;
  addSession(mac: string, image: string, more?: Thing): Thing;
  addOverlay(mac: string, image: string, more?: Thing): Thing;
  addBoot(mac: string, steps: [ms: number, kind: string, text: string, last_ms?: number, count?: number][], more?: Thing): Thing;
  publish(kind: string, mac: string | null, text: string, more?: Thing): void;
  reset(): void;
}
