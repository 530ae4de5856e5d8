// SPDX-License-Identifier: Apache-2.0
// Where the bars of a boot's steps stand, in percent of its whole time. Pure.
import type { BootStep } from '../api/types';

export interface Bar {
  step: BootStep;
  left: number;
  width: number;
}

/** A step lasts until its own last repetition; a bar is never too thin to be seen, nor beyond the right edge. */
const thinnest = 0.8;

export function barsOf(steps: readonly BootStep[]): Bar[] {
  const whole = Math.max(1, ...steps.map(({ ms, last_ms }) => Math.max(ms, last_ms)));
  return steps.map((step) => {
    const width = Math.max(thinnest, (100 * (Math.max(step.last_ms, step.ms) - step.ms)) / whole);
    return { step, left: Math.min((100 * step.ms) / whole, 100 - width), width };
  });
}
