// SPDX-License-Identifier: Apache-2.0
import { ActionIcon } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useSyncExternalStore } from 'react';
import { tokenKeeper } from '../api/token_keeper';
import { KeyIcon } from '../shared/icons';

/** Shown while this browser may change things; one click, and it may not. */
export function ForgetToken() {
  const has = useSyncExternalStore(tokenKeeper.subscribe, tokenKeeper.hasToken);
  if (!has) return null;
  return (
    <ActionIcon
      variant="default"
      size="lg"
      aria-label={t`Forget the admin token`}
      title={t`This browser knows the admin token. Click to forget it.`}
      onClick={() => tokenKeeper.forget()}
    >
      <KeyIcon />
    </ActionIcon>
  );
}
