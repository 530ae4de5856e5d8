// SPDX-License-Identifier: Apache-2.0
import { Table, Text } from '@mantine/core';
import { useClients, useSessions } from '../api/queries';
import { formatBytes } from '../shared/format';
import { Section } from '../shared/Section';
import table from '../shared/table.module.css';

export function SessionList() {
  const { data, error } = useSessions();
  const clients = useClients().data ?? [];
  const nameOf = (mac: string) => clients.find((client) => client.mac === mac)?.name ?? mac;
  return (
    <Section title="Sessions" items={data} error={error} empty="No machine has a disk open right now.">
      {(sessions) => (
        <Table horizontalSpacing="md" verticalSpacing="sm" className={table.table}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Machine</Table.Th>
              <Table.Th scope="col">Disk</Table.Th>
              <Table.Th scope="col" className={table.number}>
                Read
              </Table.Th>
              <Table.Th scope="col" className={table.number}>
                Written
              </Table.Th>
              <Table.Th scope="col" className={table.wide}>
                State
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {sessions.map((session) => (
              <Table.Tr key={session.id}>
                <Table.Th scope="row" fw={600}>
                  {nameOf(session.mac)}
                </Table.Th>
                <Table.Td>
                  {session.image}{' '}
                  <Text span size="xs" c="dimmed">
                    <span className="mono">{session.drive}</span>
                    {session.read_only && ', read only'}
                  </Text>
                </Table.Td>
                <Table.Td className={table.number}>{formatBytes(session.bytes_read)}</Table.Td>
                <Table.Td className={table.number}>{formatBytes(session.bytes_written)}</Table.Td>
                <Table.Td className={table.wide}>{session.state}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Section>
  );
}
