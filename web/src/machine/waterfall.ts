// SPDX-License-Identifier: Apache-2.0
// Where the bars of a boot's steps stand, in percent of its whole time. Pure.
import type { BootStep } from '../api/types';

export interface Bar {
  step: BootStep;
  /** milliseconds from the first step */
  at: number;
  left: number;
  width: number;
}

/** A step lasts until its own last repetition; a bar is never too thin to be seen, nor beyond the right edge. */
const thinnest = 0.8;

export function barsOf(steps: readonly BootStep[]): Bar[] {
  // What made the server notice the boot may have begun a moment before it.
  const first = Math.min(0, ...steps.map(({ ms }) => ms));
  const whole = Math.max(1, ...steps.map(({ ms, last_ms }) => Math.max(ms, last_ms) - first));
  return steps.map((step) => {
    const at = step.ms - first;
    const width = Math.max(thinnest, (100 * (Math.max(step.last_ms, step.ms) - step.ms)) / whole);
    return { step, at, left: Math.min((100 * at) / whole, 100 - width), width };
  });
}
