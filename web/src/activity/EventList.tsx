// SPDX-License-Identifier: Apache-2.0
import { Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useNames } from '../api/queries';
import { withNames } from '../machines/names';
import { Dot } from '../shared/Dot';
import { formatClock, formatTime } from '../shared/format';
import { said } from '../shared/server_words';
import type { ActivityLine } from './condense';
import classes from './EventList.module.css';

export function EventList({ lines }: { lines: readonly ActivityLine[] }) {
  const names = useNames();
  return (
    // A scrolling area must be reachable by keyboard.
    <ol className={classes.list} tabIndex={0} aria-label={t`Latest events`}>
      {lines.map((line) => (
        <li key={line.id} className={classes.line}>
          <time dateTime={line.time} title={formatTime(line.time)} className={classes.time}>
            {formatClock(line.time)}
          </time>
          <Text size="sm" component="div" className={classes.text}>
            {line.bad && <Dot tone="bad" />} {withNames(said(line.text), names)}
            {line.count > 1 && <span className={classes.count}> {t`(${line.count} times)`}</span>}
          </Text>
        </li>
      ))}
    </ol>
  );
}
