// SPDX-License-Identifier: Apache-2.0
import { Text } from '@mantine/core';
import { Dot, type Tone } from './Dot';
import { Mend } from './Mend';
import { said } from './server_words';
import classes from './FindingList.module.css';

export interface ShownFinding {
  code: string;
  sentence: string;
  mend: string;
  word: string;
  tone: Tone;
}

/** What was looked at: a word, a sentence, and what to do about it. */
export function FindingList({ findings }: { findings: ShownFinding[] }) {
  return (
    <ul className={classes.list}>
      {findings.map(({ code, sentence, mend, word, tone }, index) => (
        <li key={`${code}.${index}`} className={classes.finding}>
          <Text size="sm" component="div" className={classes.word}>
            <Dot tone={tone} /> {word}
          </Text>
          <div>
            <Text size="sm">{said(sentence)}</Text>
            {mend !== '' && <Mend text={mend} />}
          </div>
        </li>
      ))}
    </ul>
  );
}
