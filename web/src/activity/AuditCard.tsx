// SPDX-License-Identifier: Apache-2.0
import { Table, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import type { ReactNode } from 'react';
import { useIsAdmin } from '../access/me';
import { useAudit, useNames } from '../api/queries';
import type { Change } from '../api/types';
import type { Names } from '../machines/names';
import { formatTime } from '../shared/format';
import { Section } from '../shared/Section';
import table from '../shared/table.module.css';
import { describeChange, describeNote } from './audit_words';

/** Who changed what, for admins. */
export function AuditCard() {
  const admin = useIsAdmin();
  const { data, error } = useAudit(admin);
  const names = useNames();
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
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {changes.map((change) => (
              <ChangeRow key={change.id} change={change} names={names} />
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Section>
  );
}

function ChangeRow({ change, names }: { change: Change; names: Names }) {
  const { time, who, address, method, path, status } = change;
  const words = [describeChange(change, names), describeNote(change)].filter((part) => part);
  return (
    <Table.Tr>
      <Table.Td>{formatTime(time)}</Table.Td>
      <Table.Td>
        {who}
        {address !== null && <Detail>{address}</Detail>}
      </Table.Td>
      <Table.Td>
        {words.join(' · ')}
        {status >= 400 && (
          <Text size="sm" c="var(--mantine-color-error)">
            {t`refused`}
          </Text>
        )}
        <Detail>
          {method} {path} {status}
        </Detail>
      </Table.Td>
    </Table.Tr>
  );
}

/** For who wants to know exactly. */
function Detail({ children }: { children: ReactNode }) {
  return (
    <Text size="xs" c="dimmed" className="mono">
      {children}
    </Text>
  );
}
