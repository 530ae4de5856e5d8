// SPDX-License-Identifier: Apache-2.0
import { PasswordInput, Text, TextInput } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { tellError } from '../api/problem';
import { Door } from './Door';
import { logIn } from './me';

/** `refused`: why the server does not take whom a reverse proxy named. */
export function LoginPage({ refused }: { refused: string | null }) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const login = useMutation({ mutationFn: () => logIn(name.trim(), password) });
  return (
    <Door
      title={t`Log in`}
      action={t`Log in`}
      ready={name.trim() !== '' && password !== ''}
      busy={login.isPending}
      failure={tellError(login.error) ?? refused}
      onSubmit={() => login.mutate()}
      after={
        <Text size="xs" c="dimmed">
          <Trans>
            Password forgotten? On the server: <span className="mono">sudo bootferry user set-password NAME</span>
          </Trans>
        </Text>
      }
    >
      <TextInput label={t`Name`} value={name} onChange={(event) => setName(event.currentTarget.value)} autoComplete="username" autoFocus />
      <PasswordInput
        label={t`Password`}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        autoComplete="current-password"
        visibilityToggleButtonProps={{ 'aria-label': t`Show it` }}
      />
    </Door>
  );
}
