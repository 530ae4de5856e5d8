// SPDX-License-Identifier: Apache-2.0
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { tellError } from '../api/problem';
import { Door } from './Door';
import { FirstRestorePage } from './FirstRestorePage';
import { codeOfAddress } from './first_code';
import { setUp } from './me';
import { PreFlight } from './PreFlight';

/** Whoever can read the server's console makes himself the admin. Machines boot meanwhile. */
export function FirstVisitPage({ onLater }: { onLater: () => void }) {
  const [restoring, setRestoring] = useState(false);
  const [code, setCode] = useState(codeOfAddress);
  const [name, setName] = useState('admin');
  const [password, setPassword] = useState('');
  const visit = useMutation({ mutationFn: () => setUp(code.trim(), name.trim(), password) });
  if (restoring) return <FirstRestorePage onBack={() => setRestoring(false)} />;
  return (
    <Door
      title={t`Welcome`}
      text={t`Choose the admin's password. The code stands on the server's console and in its log; "bootferry first-visit" shows it again.`}
      action={t`Set the password`}
      ready={code.trim() !== '' && name.trim() !== '' && password !== ''}
      busy={visit.isPending}
      failure={tellError(visit.error)}
      onSubmit={() => visit.mutate()}
      after={
        <>
          <PreFlight code={code.trim()} />
          <Button variant="subtle" onClick={() => setRestoring(true)}>
            {t`Restore a backup instead`}
          </Button>
          <Button variant="subtle" onClick={onLater}>
            {t`Later: only look around`}
          </Button>
        </>
      }
    >
      <TextInput
        label={t`Code`}
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
        autoComplete="one-time-code"
        autoFocus={codeOfAddress === ''}
      />
      <TextInput label={t`Name`} value={name} onChange={(event) => setName(event.currentTarget.value)} autoComplete="username" />
      <PasswordInput
        label={t`Password`}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        autoComplete="new-password"
        autoFocus={codeOfAddress !== ''}
        visibilityToggleButtonProps={{ 'aria-label': t`Show it` }}
      />
    </Door>
  );
}
