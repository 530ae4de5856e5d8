// SPDX-License-Identifier: Apache-2.0
import { Button, Table, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { WriteOnly } from '../access/WriteOnly';
import type { ComponentProps } from 'react';
import { dropSession } from '../api/changes';
import { useNames, useSessions } from '../api/queries';
import type { Latency, Session } from '../api/types';
import { Ago } from '../shared/Ago';
import { ask } from '../shared/ask';
import { formatBytes, formatMicroseconds } from '../shared/format';
import { MachineLink } from '../shared/MachineLink';
import { Section } from '../shared/Section';
import table from '../shared/table.module.css';
import { useVisibleRows } from '../shared/useVisibleRows';
import { Rate } from './Rate';

const rowHeight = 54;

export function SessionsPage() {
  const { data, error } = useSessions();
  return (
    <Section title={t`Sessions`} order={1} items={data} error={error} empty={t`No machine has a disk open right now.`}>
      {(sessions) => <SessionTable sessions={sessions} />}
    </Section>
  );
}

function SessionTable({ sessions }: { sessions: readonly Session[] }) {
  const rows = useVisibleRows(sessions.length, rowHeight);
  return (
    <Table horizontalSpacing="md" verticalSpacing="sm" className={table.table} aria-rowcount={sessions.length + 1}>
      <Table.Thead>
        <Table.Tr aria-rowindex={1}>
          <Table.Th scope="col">{t`Machine`}</Table.Th>
          <Table.Th scope="col">{t`Disk`}</Table.Th>
          <Table.Th scope="col" className={`${table.number} ${table.wide}`}>{t`Now`}</Table.Th>
          <Table.Th scope="col" className={table.number}>{t`Read`}</Table.Th>
          <Table.Th scope="col" className={`${table.number} ${table.wide}`}>{t`Written`}</Table.Th>
          <Table.Th scope="col" className={table.wide} title={t`99 of 100 commands were answered faster`}>{t`Latency`}</Table.Th>
          <Table.Th scope="col" className={table.wide}>{t`Since`}</Table.Th>
          <Table.Th scope="col" className={table.number}>{t`Actions`}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody ref={rows.list as ComponentProps<'tbody'>['ref']}>
        <Spacer height={rows.above} />
        {sessions.slice(rows.start, rows.end).map((session, index) => (
          <SessionRow key={session.id} session={session} index={rows.start + index} measure={rows.measure} />
        ))}
        <Spacer height={rows.below} />
      </Table.Tbody>
    </Table>
  );
}

/** Stands for the rows that are not in the document. */
function Spacer({ height }: { height: number }) {
  return height > 0 ? <tr aria-hidden="true" style={{ height }} /> : null;
}

interface SessionRowProps {
  session: Session;
  index: number;
  measure: (row: Element | null) => void;
}

function SessionRow({ session, index, measure }: SessionRowProps) {
  const names = useNames();
  const who = session.mac === null ? session.address : (names.get(session.mac) ?? session.mac);
  return (
    <Table.Tr data-index={index} aria-rowindex={index + 2} ref={measure}>
      <Table.Th scope="row" fw={600}>
        {/* A target that belongs to no machine can be open too: then the initiator's address says who it is. */}
        {session.mac === null ? session.address : <MachineLink mac={session.mac} />}
      </Table.Th>
      <Table.Td>
        {session.image}{' '}
        <Text span size="xs" c="dimmed">
          <span className="mono">{session.drive}</span>
          {session.read_only && `, ${t`read only`}`}
          {session.state !== 'full-feature' && `, ${session.state}`}
        </Text>
      </Table.Td>
      <Table.Td className={`${table.number} ${table.wide}`}>{session.mac !== null && <Rate mac={session.mac} />}</Table.Td>
      <Table.Td className={table.number}>{formatBytes(session.bytes_read)}</Table.Td>
      <Table.Td className={`${table.number} ${table.wide}`}>{formatBytes(session.bytes_written)}</Table.Td>
      <Table.Td className={table.wide}>{latencyOf(session)}</Table.Td>
      <Table.Td className={table.wide}>
        <Ago time={session.since} />
      </Table.Td>
      <Table.Td className={table.number}>
        <WriteOnly>
          <Button
            size="compact-xs"
            variant="default"
            aria-label={t`Drop the session of ${who} on ${session.image}`}
            onClick={() => askToDrop(session, who)}
          >
            {t`Drop`}
          </Button>
        </WriteOnly>
      </Table.Td>
    </Table.Tr>
  );
}

/** What 99 of 100 reads and writes stayed below. */
function latencyOf({ read_latency, write_latency }: Session): string {
  const told = (
    [
      [t`read`, read_latency],
      [t`write`, write_latency],
    ] as [string, Latency | null][]
  ).flatMap(([verb, latency]) => (latency === null ? [] : [`${verb} ${formatMicroseconds(latency.p99_us)}`]));
  return told.length === 0 ? '–' : told.join(', ');
}

function askToDrop(session: Session, who: string): void {
  ask({
    title: t`Drop the session of ${who}?`,
    text: t`The line is cut. A machine that still runs logs in again at once and goes on; one that was switched off lets go of its disk.`,
    action: t`Drop`,
    danger: true,
    run: () => dropSession(session.id),
  });
}
