// SPDX-License-Identifier: Apache-2.0
import { Table, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useLeases } from '../api/queries';
import type { Lease } from '../api/types';
import { formatTime } from '../shared/format';
import { MachineLink } from '../shared/MachineLink';
import { Section } from '../shared/Section';
import table from '../shared/table.module.css';

/** serves: Bootferry hands out the addresses itself */
export function LeasesCard({ serves }: { serves: boolean }) {
  const { data, error } = useLeases();
  return (
    <Section
      title={t`Leases`}
      items={data}
      error={error}
      empty={serves ? t`No address was handed out yet.` : t`Another DHCP server hands out the addresses; its leases are shown there.`}
    >
      {(leases) => (
        <Table horizontalSpacing="md" verticalSpacing="xs" className={table.table}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t`Address`}</Table.Th>
              <Table.Th scope="col">{t`Machine`}</Table.Th>
              <Table.Th scope="col" className={table.wide}>{t`Host name`}</Table.Th>
              <Table.Th scope="col">{t`State`}</Table.Th>
              <Table.Th scope="col" className={table.wide}>{t`Until`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {leases.map((lease) => (
              <Table.Tr key={lease.address}>
                <Table.Th scope="row" fw={500} className="mono">
                  {lease.address}
                </Table.Th>
                <Table.Td>
                  <MachineLink mac={lease.mac} />
                  {lease.vendor != null && (
                    <Text size="xs" c="dimmed">
                      {lease.vendor}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td className={table.wide}>{lease.hostname}</Table.Td>
                <Table.Td>{leaseWord(lease.state)}</Table.Td>
                <Table.Td className={table.wide}>{formatTime(lease.expires)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Section>
  );
}

function leaseWord(state: Lease['state']): string {
  switch (state) {
    case 'bound':
      return t`in use`;
    case 'released':
      return t`given back`;
    case 'declined':
      return t`refused: somebody else has it`;
    case 'expired':
      return t`run out`;
  }
}
