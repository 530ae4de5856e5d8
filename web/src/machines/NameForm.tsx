// SPDX-License-Identifier: Apache-2.0
import { Button, Group, TextInput } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type KeyboardEvent, useState } from 'react';
import { changeClient } from '../api/changes';
import { tellError } from '../api/problem';
import type { Client } from '../api/types';
import { titleOf } from './describe';

export function NameForm({ client, onDone }: { client: Client; onDone: () => void }) {
  const [name, setName] = useState(client.name ?? '');
  const change = useMutation({ mutationFn: (wanted: string) => changeClient(client.mac, { name: wanted }) });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wanted = name.trim();
    if (wanted === (client.name ?? '')) return onDone();
    change.mutate(wanted, { onSuccess: onDone });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onDone();
  };

  return (
    <form onSubmit={submit}>
      <Group gap={6} wrap="nowrap" align="flex-start">
        <TextInput
          size="xs"
          aria-label={t`Name of ${titleOf(client)}`}
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
          {t`Save`}
        </Button>
        <Button size="xs" variant="default" onClick={onDone}>
          {t`Cancel`}
        </Button>
      </Group>
    </form>
  );
}
