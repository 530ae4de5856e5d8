// SPDX-License-Identifier: Apache-2.0
import { Text } from '@mantine/core';
import { useMemo } from 'react';
import { useEvents, useNames } from '../api/queries';
import { withNames } from '../machines/names';
import { Dot } from '../shared/Dot';
import { formatClock } from '../shared/format';
import { Section } from '../shared/Section';
import classes from './ActivityList.module.css';
import { condense } from './condense';

const mostLines = 60;

export function ActivityList() {
  const { data, error } = useEvents();
  const names = useNames();
  const lines = useMemo(() => data && condense(data, mostLines), [data]);
  return (
    <Section title="Activity" items={lines} error={error} empty="Quiet so far.">
      {(shown) => (
        // A scrolling area must be reachable by keyboard.
        <ol className={classes.list} tabIndex={0} aria-label="Latest events">
          {shown.map((line) => (
            <li key={line.id} className={classes.line}>
              <time dateTime={line.time} className={classes.time}>
                {formatClock(line.time)}
              </time>
              <Text size="sm" component="div" className={classes.text}>
                {line.bad && <Dot tone="bad" />} {withNames(line.text, names)}
                {line.count > 1 && <span className={classes.count}> ({line.count} times)</span>}
              </Text>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}
