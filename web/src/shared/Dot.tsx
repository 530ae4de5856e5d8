// SPDX-License-Identifier: Apache-2.0
import classes from './Dot.module.css';

export type Tone = 'good' | 'busy' | 'bad' | 'quiet';

/** A spot of colour beside a word that says the same. */
export function Dot({ tone }: { tone: Tone }) {
  return <span className={classes.dot} data-tone={tone} aria-hidden="true" />;
}
