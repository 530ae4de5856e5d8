// SPDX-License-Identifier: Apache-2.0
// Bytes a second out of byte counts that are read now and then, for each machine, over the last minutes. Knows no React.
import type { Session } from '../api/types';

export interface Sample {
  /** seconds since 1970 */
  time: number;
  /** bytes a second */
  read: number;
  written: number;
}

type Counts = Pick<Session, 'id' | 'mac' | 'bytes_read' | 'bytes_written'>;

const samplesKept = 150;

export class Throughput {
  private last_: { at: number; sessions: Map<number, Counts> } | null = null;
  private readonly samples_ = new Map<string, readonly Sample[]>();
  private readonly listeners_ = new Set<() => void>();

  /** at: milliseconds of a clock that never jumps */
  take(sessions: readonly Counts[], at: number, now = Date.now()): void {
    const before = this.last_;
    this.last_ = { at, sessions: new Map(sessions.map((session) => [session.id, session])) };
    if (before === null || at <= before.at) return;
    const seconds = (at - before.at) / 1000;
    const sums = new Map<string, Sample>();
    for (const { id, mac, bytes_read, bytes_written } of sessions) {
      // Of a new session all that it did was done since the last look.
      const old = before.sessions.get(id);
      const key = mac ?? '';
      const sum = sums.get(key) ?? { time: now / 1000, read: 0, written: 0 };
      sum.read += Math.max(0, bytes_read - (old?.bytes_read ?? 0)) / seconds;
      sum.written += Math.max(0, bytes_written - (old?.bytes_written ?? 0)) / seconds;
      sums.set(key, sum);
    }
    for (const mac of this.samples_.keys()) if (!sums.has(mac)) sums.set(mac, { time: now / 1000, read: 0, written: 0 });
    for (const [mac, sample] of sums) this.samples_.set(mac, [...(this.samples_.get(mac) ?? []), sample].slice(-samplesKept));
    for (const listener of this.listeners_) listener();
  }

  readonly samplesOf = (mac: string): readonly Sample[] => this.samples_.get(mac) ?? none;
  readonly latestOf = (mac: string): Sample | undefined => this.samples_.get(mac)?.at(-1);

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners_.add(listener);
    return () => this.listeners_.delete(listener);
  };
}

const none: readonly Sample[] = [];

export const throughput = new Throughput();
