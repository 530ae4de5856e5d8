// SPDX-License-Identifier: Apache-2.0
import { Button, Code, Stack, Table, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { useIsAdmin } from '../access/me';
import { addToken, removeToken } from '../api/access';
import { useTokens } from '../api/queries';
import type { Token } from '../api/types';
import { Ago } from '../shared/Ago';
import { ask } from '../shared/ask';
import { formatTime } from '../shared/format';
import { CardBody, Section } from '../shared/Section';
import table from '../shared/table.module.css';
import { TokenForm } from './TokenForm';

/** What programs show instead of a password. */
export function TokensCard() {
  const admin = useIsAdmin();
  const { data, error } = useTokens(admin);
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  if (!admin) return null;
  return (
    <Section
      title={t`API tokens`}
      items={data}
      error={error}
      empty={t`None. Programs show a token instead of a password.`}
      actions={
        <Button size="xs" variant="default" onClick={() => setAdding(true)}>
          {t`New token`}
        </Button>
      }
      before={
        (adding || made !== null) && (
          <CardBody>
            {made === null ? (
              <TokenForm
                onCancel={() => setAdding(false)}
                onMake={async (wanted) => {
                  setMade((await addToken(wanted)).token);
                  setAdding(false);
                }}
              />
            ) : (
              <Stack gap="xs" align="flex-start">
                <Text size="sm">{t`This is the token. It is shown only now:`}</Text>
                <Code block>{made}</Code>
                <Button size="xs" onClick={() => setMade(null)}>
                  {t`I have written it down`}
                </Button>
              </Stack>
            )}
          </CardBody>
        )
      }
    >
      {(tokens) => (
        <Table horizontalSpacing="md" verticalSpacing="xs" className={table.table}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t`Name`}</Table.Th>
              <Table.Th scope="col">{t`May`}</Table.Th>
              <Table.Th scope="col" className={table.wide}>{t`Until`}</Table.Th>
              <Table.Th scope="col" className={table.wide}>{t`Last used`}</Table.Th>
              <Table.Th scope="col" className={table.number}>{t`Actions`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {tokens.map((token) => (
              <Table.Tr key={token.id}>
                <Table.Th scope="row" fw={600}>
                  {token.name}
                </Table.Th>
                <Table.Td>{scopeWord(token.scope)}</Table.Td>
                <Table.Td className={table.wide}>{token.expires === null ? t`until it is revoked` : formatTime(token.expires)}</Table.Td>
                <Table.Td className={table.wide}>{token.used === null ? t`never` : <Ago time={token.used} />}</Table.Td>
                <Table.Td className={table.number}>
                  <Button
                    size="compact-xs"
                    variant="default"
                    aria-label={t`Revoke the token ${token.name}`}
                    onClick={() => askToRevoke(token)}
                  >
                    {t`Revoke`}
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Section>
  );
}

export function scopeWord(scope: Token['scope']): string {
  switch (scope) {
    case 'read':
      return t`read`;
    case 'write':
      return t`read and write`;
    case 'admin':
      return t`everything, also users`;
  }
}

function askToRevoke({ id, name }: Token): void {
  ask({
    title: t`Revoke the token ${name}?`,
    text: t`Programs that show it are refused from now on.`,
    action: t`Revoke`,
    danger: true,
    run: () => removeToken(id),
  });
}
