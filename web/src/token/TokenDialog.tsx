// SPDX-License-Identifier: Apache-2.0
import { Button, Checkbox, Code, Group, Modal, PasswordInput, Stack, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { type FormEvent, useEffect, useState, useSyncExternalStore } from 'react';
import { tokenKeeper } from '../api/token_keeper';
import { said } from '../shared/server_words';

/** Asks for the admin token when a change needs it, and stays open until the server has taken it. */
export function TokenDialog() {
  const asking = useSyncExternalStore(tokenKeeper.subscribe, tokenKeeper.asking);
  const [token, setToken] = useState('');
  const [remember, setRemember] = useState(false);
  const checking = asking.step === 'checking';
  const complaint = asking.step === 'asking' ? asking.complaint : null;

  useEffect(() => {
    if (asking.step === 'closed') setToken('');
  }, [asking.step]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (token.trim() !== '') tokenKeeper.answer(token.trim(), remember);
  };

  return (
    <Modal
      opened={asking.step !== 'closed'}
      onClose={() => tokenKeeper.cancel()}
      title={t`Admin token`}
      closeButtonProps={{ 'aria-label': t`Close` }}
      zIndex={400}
      centered
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text size="sm">
            <Trans>
              Changes need the admin token. Bootferry printed it at its first start; on the server it is in the file{' '}
              <Code style={{ whiteSpace: 'nowrap' }}>STATE_DIR/admin-token</Code>, by default:
            </Trans>
          </Text>
          <Code block>sudo cat /var/lib/bootferry/admin-token</Code>
          <PasswordInput
            label={t`Token`}
            value={token}
            onChange={(event) => setToken(event.currentTarget.value)}
            error={complaint && said(complaint)}
            autoComplete="off"
            data-autofocus
            visibilityToggleButtonProps={{ 'aria-label': t`Show the token` }}
          />
          <Checkbox
            label={t`Remember it on this device`}
            description={t`Otherwise it is forgotten when this tab closes.`}
            checked={remember}
            onChange={(event) => setRemember(event.currentTarget.checked)}
          />
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={() => tokenKeeper.cancel()}>
              {t`Cancel`}
            </Button>
            <Button type="submit" loading={checking} disabled={token.trim() === ''}>
              {t`Continue`}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
