// SPDX-License-Identifier: Apache-2.0
import { Button, Group, TextInput } from '@mantine/core';
import { type FormEvent, type KeyboardEvent, useState } from 'react';
import { useChangeClient } from '../api/changes';
import { tellError } from '../api/problem';
import type { Client } from '../api/types';
import { titleOf } from './describe';

export function NameForm({ client, onDone }: { client: Client; onDone: () => void }) {
  const [name, setName] = useState(client.name ?? '');
  const change = useChangeClient();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wanted = name.trim();
    if (wanted === (client.name ?? '')) return onDone();
    change.mutate({ mac: client.mac, change: { name: wanted } }, { onSuccess: onDone });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onDone();
  };

  return (
    <form onSubmit={submit}>
      <Group gap={6} wrap="nowrap" align="flex-start">
        <TextInput
          size="xs"
          aria-label={`Name of ${titleOf(client)}`}
          placeholder={client.mac}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          error={tellError(change.error)}
          autoFocus
          flex={1}
          maw={220}
        />
        <Button size="xs" type="submit" loading={change.isPending}>
          Save
        </Button>
        <Button size="xs" variant="default" onClick={onDone}>
          Cancel
        </Button>
      </Group>
    </form>
  );
}
