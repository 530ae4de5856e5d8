// SPDX-License-Identifier: Apache-2.0
// What was set, as files: export and apply, backup and restore; and what a helper is given. Values as docs/api.md has them.
import { apiUrl, send } from './http';
import { everyTopic, markOld } from './queries';

export interface SetupChange {
  what: 'image' | 'group' | 'client' | 'rules' | 'default' | 'template';
  /** a client's is its MAC; empty where there is only one */
  name: string;
  change: 'create' | 'update' | 'same' | 'refused' | 'skipped';
  why: string | null;
}

export interface SetupVerdict {
  dry_run: boolean;
  refused: boolean;
  changes: SetupChange[];
}

export interface RestoreVerdict {
  dry_run: boolean;
  made: string;
  clients: number;
  images: number;
  /** those that are put back */
  files: string[];
  /** those that only root puts back: the settings */
  left_out: string[];
}

async function sendFile<T>(path: string, file: File, headers: Record<string, string>): Promise<T> {
  return (await (await send(path, { method: 'POST', headers, body: file })).json()) as T;
}

const query = (dryRun: boolean) => (dryRun ? '?dry_run=true' : '');

export async function applySetup(file: File, dryRun: boolean): Promise<SetupVerdict> {
  const verdict = await sendFile<SetupVerdict>(`apply${query(dryRun)}`, file, { 'Content-Type': 'application/json' });
  if (!dryRun) markOld(...everyTopic);
  return verdict;
}

/** `code`: of the first visit, where there is no admin yet. */
export function restoreBackup(file: File, dryRun: boolean, code?: string): Promise<RestoreVerdict> {
  const path = `${code === undefined ? 'restore' : 'first-visit/restore'}${query(dryRun)}`;
  const headers = { 'Content-Type': 'application/octet-stream', ...(code !== undefined && { 'X-First-Visit-Code': code }) };
  return sendFile(path, file, headers);
}

/** A text for strangers, without secrets. */
export async function readDiagnostics(): Promise<string> {
  return (await send('diagnostics', { method: 'GET', headers: {} })).text();
}

const pauseMilliseconds = 500;
const longestRestartMilliseconds = 120_000;

/** When the server was started; undefined where it does not say, or does not answer. */
export async function whenStarted(): Promise<string | undefined> {
  try {
    const response = await fetch(apiUrl('health'), { cache: 'no-store', signal: AbortSignal.timeout(5_000) });
    if (!response.ok) return undefined;
    // Who is a stranger to the server that has begun anew is told nothing but that it is there.
    return ((await response.json()) as { started?: string }).started ?? 'unknown';
  } catch {
    return undefined;
  }
}

/** Waits until the server has begun anew. */
export async function waitForRestart(before: string | undefined): Promise<void> {
  const end = Date.now() + longestRestartMilliseconds;
  while (Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
    const now = await whenStarted();
    if (now !== undefined && now !== before) return;
  }
}
