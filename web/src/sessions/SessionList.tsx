// SPDX-License-Identifier: Apache-2.0
import { Table, Text } from '@mantine/core';
import { useNames, useSessions } from '../api/queries';
import type { Latency, Session } from '../api/types';
import type { Names } from '../machines/names';
import { formatBytes, formatMicroseconds } from '../shared/format';
import { Section } from '../shared/Section';
import table from '../shared/table.module.css';

export function SessionList() {
  const { data, error } = useSessions();
  const names = useNames();
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
              <Table.Th scope="col" className={table.wide} title="99 of 100 commands were answered faster">
                Latency
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
                  {machineOf(session, names)}
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
                <Table.Td className={table.wide}>{latencyOf(session)}</Table.Td>
                <Table.Td className={table.wide}>{session.state}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Section>
  );
}

/** A target that belongs to no machine can be open too: then the initiator's address says who it is. */
function machineOf({ mac, address }: Session, names: Names): string {
  return mac === null ? address : (names.get(mac) ?? mac);
}

/** What 99 of 100 reads and writes stayed below. */
function latencyOf({ read_latency, write_latency }: Session): string {
  const told = ([['read', read_latency], ['write', write_latency]] as [string, Latency | null][])
    .flatMap(([verb, latency]) => (latency === null ? [] : [`${verb} ${formatMicroseconds(latency.p99_us)}`]));
  return told.length === 0 ? '–' : told.join(', ');
}
