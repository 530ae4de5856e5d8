// SPDX-License-Identifier: Apache-2.0
import { Table } from '@mantine/core';
import { t } from '@lingui/core/macro';
import type { Overlay } from '../api/types';
import { driveModeLabel } from '../assign/drive_modes';
import { formatBytes } from '../shared/format';
import { MachineLink } from '../shared/MachineLink';
import { Section } from '../shared/Section';
import table from '../shared/table.module.css';

/** Who has changed how much on an image. */
export function ImageOverlays({ overlays }: { overlays: Overlay[] }) {
  return (
    <Section title={t`Changes of machines`} items={overlays} error={null} empty="">
      {(shown) => (
        <Table horizontalSpacing="md" verticalSpacing="xs" className={table.table}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t`Machine`}</Table.Th>
              <Table.Th scope="col" className={table.wide}>{t`Mode`}</Table.Th>
              <Table.Th scope="col">{t`Based on`}</Table.Th>
              <Table.Th scope="col" className={table.number}>{t`Changes on disk`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((overlay) => (
              <Table.Tr key={`${overlay.mac}.${overlay.mode}`}>
                <Table.Th scope="row" fw={500}>
                  <MachineLink mac={overlay.mac} />
                </Table.Th>
                <Table.Td className={table.wide}>{driveModeLabel(overlay.mode)}</Table.Td>
                <Table.Td>{overlay.behind ? t`version ${overlay.version}, behind` : t`version ${overlay.version}`}</Table.Td>
                <Table.Td className={table.number}>{formatBytes(overlay.allocated)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Section>
  );
}
