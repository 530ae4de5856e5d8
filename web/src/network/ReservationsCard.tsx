// SPDX-License-Identifier: Apache-2.0
import { Button, Table } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { WriteOnly } from '../access/WriteOnly';
import { useClients } from '../api/queries';
import { askForReservation } from '../machine/MachineHead';
import { titleOf } from '../machines/describe';
import { MachineLink } from '../shared/MachineLink';
import { Section } from '../shared/Section';
import table from '../shared/table.module.css';

/** Machines that get the same address each time. */
export function ReservationsCard() {
  const { data, error } = useClients();
  return (
    <Section
      title={t`Reservations`}
      items={data?.filter((client) => client.reserved_address !== null)}
      error={error}
      empty={t`None. A machine's page can reserve an address for it.`}
    >
      {(clients) => (
        <Table horizontalSpacing="md" verticalSpacing="xs" className={table.table}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t`Address`}</Table.Th>
              <Table.Th scope="col">{t`Machine`}</Table.Th>
              <Table.Th scope="col" className={table.number}>{t`Actions`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {clients.map((client) => (
              <Table.Tr key={client.mac}>
                <Table.Th scope="row" fw={500} className="mono">
                  {client.reserved_address}
                </Table.Th>
                <Table.Td>
                  <MachineLink mac={client.mac} />
                </Table.Td>
                <Table.Td className={table.number}>
                  <WriteOnly>
                    <Button
                      size="compact-xs"
                      variant="default"
                      aria-label={t`Change the reservation of ${titleOf(client)}`}
                      onClick={() => askForReservation(client)}
                    >
                      {t`Change`}
                    </Button>
                  </WriteOnly>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Section>
  );
}
