// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Table } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useIsAdmin } from '../access/me';
import { addUser, changeUser, removeUser } from '../api/access';
import { useUsers } from '../api/queries';
import type { User } from '../api/types';
import { ask } from '../shared/ask';
import { formatTime } from '../shared/format';
import { Section } from '../shared/Section';
import table from '../shared/table.module.css';

export function UsersCard() {
  const admin = useIsAdmin();
  const { data, error } = useUsers(admin);
  if (!admin) return null;
  return (
    <Section
      title={t`Users`}
      items={data}
      error={error}
      empty=""
      actions={
        <>
          <Button size="xs" variant="default" onClick={() => askForUser('viewer')}>
            {t`Add a viewer`}
          </Button>
          <Button size="xs" variant="default" onClick={() => askForUser('admin')}>
            {t`Add an admin`}
          </Button>
        </>
      }
    >
      {(users) => (
        <Table horizontalSpacing="md" verticalSpacing="xs" className={table.table}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t`Name`}</Table.Th>
              <Table.Th scope="col">{t`Role`}</Table.Th>
              <Table.Th scope="col" className={table.wide}>{t`Password since`}</Table.Th>
              <Table.Th scope="col" className={table.number}>{t`Actions`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {users.map((user) => (
              <UserRow key={user.name} user={user} />
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Section>
  );
}

function UserRow({ user: { name, role, password_changed } }: { user: User }) {
  const other = role === 'admin' ? 'viewer' : 'admin';
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={600}>
        {name}
      </Table.Th>
      <Table.Td>{roleWord(role)}</Table.Td>
      <Table.Td className={table.wide}>{formatTime(password_changed)}</Table.Td>
      <Table.Td>
        <Group gap="xs" justify="flex-end">
          <Button size="compact-xs" variant="default" aria-label={t`Set the password of ${name}`} onClick={() => askForPassword(name)}>
            {t`Password`}
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            aria-label={t`Role: make ${name} ${roleWord(other)}`}
            onClick={() =>
              ask({
                title: t`Make ${name} ${roleWord(other)}?`,
                action: t`Change`,
                run: () => changeUser(name, { role: other }),
              })
            }
          >
            {t`Role`}
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            aria-label={t`Remove the user ${name}`}
            onClick={() => ask({ title: t`Remove the user ${name}?`, action: t`Remove`, danger: true, run: () => removeUser(name) })}
          >
            {t`Remove`}
          </Button>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

function roleWord(role: User['role']): string {
  return role === 'admin' ? t`admin` : t`viewer`;
}

function askForUser(role: User['role']): void {
  ask({
    title: role === 'admin' ? t`Add an admin` : t`Add a viewer`,
    text: role === 'admin' ? t`An admin may change everything.` : t`A viewer sees everything and changes nothing.`,
    fields: [
      { name: 'name', label: t`Name` },
      { name: 'password', label: t`Password`, kind: 'password' },
    ],
    action: t`Add`,
    run: ({ name = '', password = '' }) => addUser({ name: name.trim(), role, password }),
  });
}

function askForPassword(name: string): void {
  ask({
    title: t`Set the password of ${name}`,
    text: t`All logins of this user end.`,
    fields: [{ name: 'password', label: t`New password`, kind: 'password' }],
    action: t`Set the password`,
    run: ({ password = '' }) => changeUser(name, { password }),
  });
}
