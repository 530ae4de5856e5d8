// SPDX-License-Identifier: Apache-2.0
// The states and steps of a boot in words. Pure.
import { t } from '@lingui/core/macro';
import type { LastBoot } from '../api/types';
import type { Tone } from '../shared/Dot';

export function bootStateOf({ state }: Pick<LastBoot, 'state'>): { word: string; tone: Tone } {
  switch (state) {
    case 'running':
      return { word: t`Booting`, tone: 'busy' };
    case 'waiting':
      return { word: t`Waiting`, tone: 'busy' };
    case 'booted':
      return { word: t`Booted`, tone: 'good' };
    case 'stalled':
      return { word: t`Stalled`, tone: 'bad' };
    case 'failed':
      return { word: t`Failed`, tone: 'bad' };
    case 'gone':
      return { word: t`Ended`, tone: 'quiet' };
  }
}

const badSteps = new Set(['ignored', 'nak', 'loader-failed', 'refused', 'other-server', 'knock']);

export function isBadStep(kind: string): boolean {
  return badSteps.has(kind);
}

/** From the boot's start: "+0.25 s", "+2 min 5 s". */
export function formatOffset(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `+${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  return `+${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}
