// SPDX-License-Identifier: Apache-2.0
export interface FakeClient {
  mac: string;
  name: string | null;
  known: boolean;
  boot: { kind: string; drives?: { image: string; mode: string }[] };
  [key: string]: unknown;
}

export class FakeServer {
  constructor(options?: { base?: string; page?: string });
  readonly url: string;
  token: string;
  clients: Map<string, FakeClient>;
  sessions: Record<string, unknown>[];
  writes: { method: string; path: string; body: unknown }[];
  readsAnswer: number | null;
  start(port?: number): Promise<void>;
  stop(): Promise<void>;
  addImage(name: string, size?: number, allocated?: number): void;
  seeMachine(mac: string, more?: Partial<FakeClient>): FakeClient;
  addSession(mac: string, image: string, more?: Record<string, unknown>): Record<string, unknown>;
  publish(kind: string, mac: string | null, text: string): void;
  reset(): void;
}
