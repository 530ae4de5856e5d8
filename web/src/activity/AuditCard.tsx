// SPDX-License-Identifier: Apache-2.0
import { Table, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useIsAdmin } from '../access/me';
import { useAudit } from '../api/queries';
import { formatTime } from '../shared/format';
import { Section } from '../shared/Section';
import table from '../shared/table.module.css';

/** Who changed what, for admins. */
export function AuditCard() {
  const admin = useIsAdmin();
  const { data, error } = useAudit(admin);
  if (!admin) return null;
  return (
    <Section title={t`Audit log`} items={data} error={error} empty={t`Nothing was changed yet.`}>
      {(changes) => (
        <Table horizontalSpacing="md" verticalSpacing="xs" className={table.table}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t`When`}</Table.Th>
              <Table.Th scope="col">{t`Who`}</Table.Th>
              <Table.Th scope="col">{t`What`}</Table.Th>
              <Table.Th scope="col" className={table.number}>{t`Answer`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {changes.map(({ id, time, who, address, method, path, status, note }) => (
              <Table.Tr key={id}>
                <Table.Td>{formatTime(time)}</Table.Td>
                <Table.Td>
                  {who}
                  {address !== null && (
                    <Text size="xs" c="dimmed" className="mono">
                      {address}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td>
                  <span className="mono">
                    {method} {path}
                  </span>
                  {note !== '' && ` · ${note}`}
                </Table.Td>
                <Table.Td className={table.number} c={status >= 400 ? 'var(--mantine-color-error)' : undefined}>
                  {status}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Section>
  );
}
