// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Table, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { apiUrl } from '../api/http';
import { useLoaders } from '../api/queries';
import type { LoaderList } from '../api/types';
import { describeArchitecture } from '../machines/describe';
import { formatBytes } from '../shared/format';
import { Card, CardBody } from '../shared/Section';
import table from '../shared/table.module.css';

/** What each kind of machine is sent first, and media for machines that cannot boot from the network. */
export function LoadersCard() {
  const { data } = useLoaders();
  if (data === undefined) return null;
  return (
    <>
      <Card title={t`Loaders`} count={data.loaders.length}>
        <LoaderTable loaders={data.loaders} />
        <CardBody>
          {data.sent.map(({ architecture, firmware, loader, why_none }) => (
            <Text key={`${architecture} ${firmware}`} size="sm" c="dimmed" mt="xs">
              {describeArchitecture(architecture)} ({firmware}): {loader ?? why_none}
            </Text>
          ))}
        </CardBody>
      </Card>
      <Card title={t`Boot media`}>
        <CardBody>
          <Text size="sm" mb="sm">
            {t`For machines that cannot boot from the network by themselves: write one of these to a medium, and boot from it.`}
          </Text>
          <Group gap="xs">
            {media().map(([kind, name]) => (
              <Button key={kind} component="a" size="xs" variant="default" href={apiUrl(`media/${kind}`)} download>
                {name}
              </Button>
            ))}
          </Group>
        </CardBody>
      </Card>
    </>
  );
}

function media(): [kind: string, name: string][] {
  return [
    ['usb', t`USB stick`],
    ['iso', t`CD (ISO)`],
    ['floppy', t`Floppy, 1.44 MB`],
  ];
}

function LoaderTable({ loaders }: Pick<LoaderList, 'loaders'>) {
  return (
    <Table horizontalSpacing="md" verticalSpacing="xs" className={table.table}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t`Name`}</Table.Th>
          <Table.Th scope="col">{t`Firmware`}</Table.Th>
          <Table.Th scope="col">{t`Version`}</Table.Th>
          <Table.Th scope="col" className={`${table.number} ${table.wide}`}>{t`Size`}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {loaders.map(({ name, architecture, version, size, source }) => (
          <Table.Tr key={name}>
            <Table.Th scope="row" fw={500}>
              {name}
            </Table.Th>
            <Table.Td>{architecture === null ? '–' : describeArchitecture(architecture)}</Table.Td>
            <Table.Td>{version ?? (source === 'user' ? t`a file of yours` : '–')}</Table.Td>
            <Table.Td className={`${table.number} ${table.wide}`}>{formatBytes(size)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
