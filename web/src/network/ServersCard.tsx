// SPDX-License-Identifier: Apache-2.0
import { Button, Table } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useMutation } from '@tanstack/react-query';
import { WriteOnly } from '../access/WriteOnly';
import { probeServers } from '../api/changes';
import { useServers } from '../api/queries';
import type { OtherServer } from '../api/types';
import { Ago } from '../shared/Ago';
import { Section } from '../shared/Section';
import table from '../shared/table.module.css';

/** Who else on the LAN answers DHCP: the usual reason when a machine boots something else. */
export function ServersCard() {
  const { data, error } = useServers();
  const probe = useMutation({ mutationFn: probeServers });
  return (
    <Section
      title={t`Other DHCP servers`}
      items={data}
      error={error}
      empty={t`None was heard since the start.`}
      actions={
        <WriteOnly>
          <Button size="xs" variant="default" loading={probe.isPending} onClick={() => probe.mutate()}>
            {t`Ask the network`}
          </Button>
        </WriteOnly>
      }
    >
      {(servers) => (
        <Table horizontalSpacing="md" verticalSpacing="xs" className={table.table}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t`Address`}</Table.Th>
              <Table.Th scope="col">{t`What it does`}</Table.Th>
              <Table.Th scope="col" className={table.wide}>{t`Last seen`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {servers.map((server) => (
              <Table.Tr key={`${server.address} ${server.mac}`}>
                <Table.Th scope="row" fw={500} className="mono">
                  {server.address}
                </Table.Th>
                <Table.Td>
                  {kindWord(server.kind)}
                  {server.boot_file !== null && `: ${server.boot_file}`}
                </Table.Td>
                <Table.Td className={table.wide}>
                  <Ago time={server.last_seen} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Section>
  );
}

function kindWord(kind: OtherServer['kind']): string {
  switch (kind) {
    case 'dhcp':
      return t`hands out addresses`;
    case 'pxe':
      return t`hands out addresses and names a boot file`;
    case 'proxy':
      return t`names a boot file`;
  }
}
