// SPDX-License-Identifier: Apache-2.0
import { Button, Text, VisuallyHidden } from '@mantine/core';
import { memo } from 'react';
import type { Client } from '../api/types';
import { Ago } from '../shared/Ago';
import { Dot } from '../shared/Dot';
import { describeArchitecture, describeBoot, stateWords, titleOf } from './describe';
import classes from './MachineList.module.css';
import { MachineName } from './MachineName';

interface MachineRowProps {
  client: Client;
  onAssign: (mac: string) => void;
}

export const MachineRow = memo(function MachineRow({ client, onAssign }: MachineRowProps) {
  const state = stateWords[client.state];
  const assigned = client.boot.kind !== 'wait';
  return (
    <li className={classes.row} data-new={client.known ? undefined : true}>
      <div className={classes.who}>
        <MachineName client={client} />
        <Text size="xs" c="dimmed" className={classes.facts}>
          <Facts client={client} />
        </Text>
      </div>
      <Text size="sm" className={classes.boot} c={assigned ? undefined : 'dimmed'}>
        {describeBoot(client.boot)}
      </Text>
      <div className={classes.state}>
        <Text size="sm" className={classes.word} component="div">
          <Dot tone={state.tone} />
          {state.word}
        </Text>
        {client.last_seen !== null && client.state !== 'on' && (
          <Text size="xs" c="dimmed">
            <Ago time={client.last_seen} />
          </Text>
        )}
      </div>
      <Button
        className={classes.action}
        size="xs"
        variant={assigned ? 'default' : 'filled'}
        aria-haspopup="dialog"
        onClick={() => onAssign(client.mac)}
      >
        Assign<VisuallyHidden>&nbsp;{titleOf(client)}</VisuallyHidden>
      </Button>
    </li>
  );
});

function Facts({ client }: { client: Client }) {
  const facts: string[] = [];
  if (client.address !== null) facts.push(client.address);
  if (client.architecture !== null) facts.push(describeArchitecture(client.architecture));
  return (
    <>
      {client.name !== null && <span className="mono">{client.mac}</span>}
      {client.name !== null && facts.length > 0 && ' · '}
      {facts.join(' · ')}
    </>
  );
}
