// SPDX-License-Identifier: Apache-2.0
import { Badge, Button, Table, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { isSomebody, useMe } from '../access/me';
import { endLogin } from '../api/access';
import { useLogins } from '../api/queries';
import { Ago } from '../shared/Ago';
import { ask } from '../shared/ask';
import { Section } from '../shared/Section';
import table from '../shared/table.module.css';

/** Where somebody is logged in: one's own, and for admins all. */
export function LoginsCard() {
  const loggedIn = isSomebody(useMe().data);
  const { data, error } = useLogins(loggedIn);
  if (!loggedIn) return null;
  return (
    <Section title={t`Logins`} items={data} error={error} empty="">
      {(logins) => (
        <Table horizontalSpacing="md" verticalSpacing="xs" className={table.table}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t`User`}</Table.Th>
              <Table.Th scope="col">{t`From`}</Table.Th>
              <Table.Th scope="col" className={table.wide}>{t`Last seen`}</Table.Th>
              <Table.Th scope="col" className={table.number}>{t`Actions`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {logins.map(({ id, user, address, agent, seen, current }) => (
              <Table.Tr key={id}>
                <Table.Th scope="row" fw={600}>
                  {user}{' '}
                  {current && (
                    <Badge size="xs" variant="default">
                      {t`This one`}
                    </Badge>
                  )}
                </Table.Th>
                <Table.Td>
                  {address}
                  <Text size="xs" c="dimmed" lineClamp={1}>
                    {agent}
                  </Text>
                </Table.Td>
                <Table.Td className={table.wide}>
                  <Ago time={seen} />
                </Table.Td>
                <Table.Td className={table.number}>
                  {!current && (
                    <Button
                      size="compact-xs"
                      variant="default"
                      aria-label={t`End the login of ${user} from ${address ?? '?'}`}
                      onClick={() => ask({ title: t`End the login of ${user}?`, action: t`End it`, danger: true, run: () => endLogin(id) })}
                    >
                      {t`End`}
                    </Button>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Section>
  );
}
