// SPDX-License-Identifier: Apache-2.0
import { Anchor, Badge, Button, Text, VisuallyHidden } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { WriteOnly } from '../access/WriteOnly';
import { memo } from 'react';
import { Link } from 'wouter';
import type { Client } from '../api/types';
import { places } from '../app/places';
import { Rate } from '../sessions/Rate';
import { Ago } from '../shared/Ago';
import { Dot } from '../shared/Dot';
import { describeBoot, factsOf, stateOf, titleOf, troubleOf } from './describe';
import classes from './MachineList.module.css';

interface MachineRowProps {
  client: Client;
  /** among all rows, of which only some are in the document */
  position: number;
  of: number;
  measure: (row: Element | null) => void;
  onAssign: (mac: string) => void;
}

export const MachineRow = memo(function MachineRow({ client, position, of, measure, onAssign }: MachineRowProps) {
  const state = stateOf(client);
  const trouble = troubleOf(client);
  const assigned = client.boot.kind !== 'wait';
  return (
    <li
      className={classes.row}
      data-new={client.known ? undefined : true}
      data-index={position - 1}
      ref={measure}
      aria-setsize={of}
      aria-posinset={position}
    >
      <div className={classes.who}>
        <div className={classes.name}>
          <Anchor
            component={Link}
            href={places.machine(client.mac)}
            fw={600}
            size="sm"
            c="var(--mantine-color-text)"
            className={client.name === null ? 'mono' : undefined}
            truncate
          >
            {titleOf(client)}
          </Anchor>
          {!client.known && (
            <Badge size="xs" variant="outline" color="var(--bf-accent-text)" flex="none">
              {t`New`}
            </Badge>
          )}
        </div>
        <Text size="xs" c="dimmed" className={classes.facts}>
          {client.name !== null && <span className="mono">{client.mac}</span>}
          {client.name !== null && factsOf(client).length > 0 && ' · '}
          {factsOf(client).join(' · ')}
        </Text>
      </div>
      <div className={classes.boot}>
        <Text size="sm" c={assigned ? undefined : 'dimmed'}>
          {describeBoot(client.boot)}
        </Text>
        {trouble !== null && (
          <Text size="xs" className={classes.trouble}>
            {trouble}
          </Text>
        )}
      </div>
      <div className={classes.state}>
        <Text size="sm" className={classes.word} component="div">
          <Dot tone={state.tone} />
          {state.word}
        </Text>
        <Text size="xs" c="dimmed" component="div">
          {client.state === 'on' ? <Rate mac={client.mac} /> : client.last_seen !== null && <Ago time={client.last_seen} />}
        </Text>
      </div>
      <WriteOnly>
        <Button
          className={classes.action}
          size="xs"
          variant={assigned ? 'default' : 'filled'}
          aria-haspopup="dialog"
          onClick={() => onAssign(client.mac)}
        >
          {t`Assign`}
          <VisuallyHidden>&nbsp;{titleOf(client)}</VisuallyHidden>
        </Button>
      </WriteOnly>
    </li>
  );
});
