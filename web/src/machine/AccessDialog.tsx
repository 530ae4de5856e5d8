// SPDX-License-Identifier: Apache-2.0
import { Modal, NativeSelect, PasswordInput, Stack, TextInput } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useMutation } from '@tanstack/react-query';
import { type ComponentProps, type FormEvent, useState } from 'react';
import { changeClient } from '../api/changes';
import { tellError } from '../api/problem';
import type { Access, AccessChange } from '../api/types';
import { Failure } from '../shared/Failure';
import { FormEnd } from '../shared/FormEnd';
import { authKinds, authLabel } from './auth_words';

interface AccessDialogProps {
  mac: string;
  /** as it was when the person began; null: closed */
  access: Access | null;
  onClose: () => void;
}

export function AccessDialog({ mac, access, onClose }: AccessDialogProps) {
  return (
    <Modal opened={access !== null} onClose={onClose} title={t`Access to its disks`} closeButtonProps={{ 'aria-label': t`Close` }}>
      {access !== null && <AccessForm mac={mac} seen={access} onClose={onClose} />}
    </Modal>
  );
}

const orNull = (text: string) => (text.trim() === '' ? null : text.trim());

function AccessForm({ mac, seen, onClose }: { mac: string; seen: Access; onClose: () => void }) {
  const [auth, setAuth] = useState(seen.auth);
  const [initiator, setInitiator] = useState(seen.initiator ?? '');
  const [user, setUser] = useState(seen.user ?? '');
  const [from, setFrom] = useState(seen.from ?? '');
  const [secret, setSecret] = useState('');
  const [targetSecret, setTargetSecret] = useState('');
  const hasSecret = auth === 'chap' || auth === 'mutual';

  const save = useMutation({
    mutationFn: () => {
      const access: AccessChange = { auth, initiator: orNull(initiator), user: hasSecret ? orNull(user) : null, from: orNull(from) };
      if (hasSecret && secret !== '') access.secret = secret;
      if (auth === 'mutual' && targetSecret !== '') access.target_secret = targetSecret;
      return changeClient(mac, { access }, { access: seen });
    },
    onSuccess: onClose,
  });
  const failure = tellError(save.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!save.isPending) save.mutate();
  };

  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <NativeSelect
          label={t`Proof`}
          value={auth}
          onChange={(event) => setAuth(event.currentTarget.value as Access['auth'])}
          data={authKinds.map((value) => ({ value, label: authLabel(value) }))}
          data-autofocus
        />
        {hasSecret && (
          <>
            <TextInput
              label={t`User`}
              description={t`Empty: the initiator's name.`}
              value={user}
              onChange={(event) => setUser(event.currentTarget.value)}
              autoComplete="off"
            />
            <Secret
              label={t`Secret of the machine`}
              isSet={seen.secret_set}
              value={secret}
              onChange={(event) => setSecret(event.currentTarget.value)}
            />
          </>
        )}
        {auth === 'mutual' && (
          <Secret
            label={t`Secret of the server`}
            isSet={seen.target_secret_set}
            value={targetSecret}
            onChange={(event) => setTargetSecret(event.currentTarget.value)}
          />
        )}
        <TextInput
          label={t`Initiator`}
          description={t`The iSCSI name that may come; "any" for each. Empty: the machine's own.`}
          placeholder="iqn.1991-05.com.microsoft:pc1"
          value={initiator}
          onChange={(event) => setInitiator(event.currentTarget.value)}
          autoComplete="off"
        />
        <TextInput
          label={t`From`}
          description={t`An address or a network. Empty: anywhere.`}
          placeholder="10.99.0.0/24"
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
          autoComplete="off"
        />
        <Failure text={failure} />
        <FormEnd action={t`Save`} onCancel={onClose} loading={save.isPending} />
      </Stack>
    </form>
  );
}

type SecretProps = Pick<ComponentProps<typeof PasswordInput>, 'label' | 'value' | 'onChange'> & { isSet: boolean };

function Secret({ isSet, ...input }: SecretProps) {
  return (
    <PasswordInput
      {...input}
      description={isSet ? t`Empty: the one that is set stays.` : t`12 characters or more; Windows takes 16 at most.`}
      autoComplete="new-password"
      visibilityToggleButtonProps={{ 'aria-label': t`Show it` }}
    />
  );
}
