// SPDX-License-Identifier: Apache-2.0
import { Button, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { tellError } from '../api/problem';
import type { NewToken, Token } from '../api/types';
import { Failure } from '../shared/Failure';
import { scopeWord } from './TokensCard';

const scopes: Token['scope'][] = ['read', 'write', 'admin'];
const days = [7, 30, 90, 365];

export function TokenForm({ onMake, onCancel }: { onMake: (wanted: NewToken) => Promise<void>; onCancel: () => void }) {
  const [name, setName] = useState('');
  const [scope, setScope] = useState<Token['scope']>('read');
  const [lasts, setLasts] = useState('90');
  const make = useMutation({
    mutationFn: () => onMake({ name: name.trim(), scope, expires_days: lasts === '' ? null : Number(lasts) }),
  });
  const failure = tellError(make.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== '' && !make.isPending) make.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Group gap="sm" align="flex-end">
          <TextInput
            label={t`What is it for`}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            autoFocus
            autoComplete="off"
          />
          <NativeSelect
            label={t`It may`}
            value={scope}
            onChange={(event) => setScope(event.currentTarget.value as Token['scope'])}
            data={scopes.map((value) => ({ value, label: scopeWord(value) }))}
          />
          <NativeSelect
            label={t`It lasts`}
            value={lasts}
            onChange={(event) => setLasts(event.currentTarget.value)}
            data={[
              ...days.map((value) => ({ value: String(value), label: t`${value} days` })),
              { value: '', label: t`until it is revoked` },
            ]}
          />
        </Group>
        <Failure text={failure} />
        <Group gap="sm">
          <Button type="submit" size="xs" disabled={name.trim() === ''} loading={make.isPending}>
            {t`Make the token`}
          </Button>
          <Button size="xs" variant="default" onClick={onCancel}>
            {t`Cancel`}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
