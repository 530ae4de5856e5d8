// SPDX-License-Identifier: Apache-2.0
import { Button, Menu } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { ask } from '../shared/ask';
import { ForgetToken } from '../token/ForgetToken';
import { changePassword, isSomebody, logOut, useMe } from './me';

/** Who is logged in, and the way out. */
export function UserMenu() {
  const me = useMe().data;
  if (me === undefined || !isSomebody(me)) return <ForgetToken />;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" size="sm" px="sm" flex="none" aria-label={t`Logged in as ${me.user ?? ''}`}>
          {me.user}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {me.via === 'proxy' ? (
          <Menu.Label>{t`Logged in by the reverse proxy: log out there.`}</Menu.Label>
        ) : (
          <>
            <Menu.Item onClick={askForPassword}>{t`Change the password`}</Menu.Item>
            <Menu.Item onClick={() => void logOut()}>{t`Log out`}</Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

function askForPassword(): void {
  ask({
    title: t`Change the password`,
    text: t`Your other logins end.`,
    fields: [
      { name: 'old', label: t`Password now`, kind: 'password' },
      { name: 'new', label: t`New password`, kind: 'password' },
    ],
    action: t`Change the password`,
    done: t`The password is changed.`,
    run: (values) => changePassword(values['old'] ?? '', values['new'] ?? ''),
  });
}
