// SPDX-License-Identifier: Apache-2.0
import { ActionIcon, Badge, Text } from '@mantine/core';
import { useState } from 'react';
import type { Client } from '../api/types';
import { PencilIcon } from '../shared/icons';
import { titleOf } from './describe';
import classes from './MachineList.module.css';
import { NameForm } from './NameForm';

/** The machine's name, or its MAC until it has one; the pencil turns it into a field. */
export function MachineName({ client }: { client: Client }) {
  const [editing, setEditing] = useState(false);
  if (editing) return <NameForm client={client} onDone={() => setEditing(false)} />;
  return (
    <div className={classes.name}>
      <Text fw={600} size="sm" className={client.name === null ? 'mono' : undefined} truncate>
        {titleOf(client)}
      </Text>
      {!client.known && (
        <Badge size="xs" variant="outline" color="var(--bf-accent-text)" flex="none">
          New
        </Badge>
      )}
      <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`Rename ${titleOf(client)}`} onClick={() => setEditing(true)}>
        <PencilIcon />
      </ActionIcon>
    </div>
  );
}
