// SPDX-License-Identifier: Apache-2.0
import { Table } from '@mantine/core';
import { useImages, useNames } from '../api/queries';
import { formatBytes } from '../shared/format';
import { Section } from '../shared/Section';
import table from '../shared/table.module.css';

export function ImageList() {
  const { data, error } = useImages();
  const names = useNames();
  return (
    <Section
      title="Images"
      items={data}
      error={error}
      empty={
        <>
          No image yet. Add one on the server: <span className="mono">bootferry image add NAME FILE</span>
        </>
      }
    >
      {(images) => (
        <Table horizontalSpacing="md" verticalSpacing="sm" className={table.table}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Name</Table.Th>
              <Table.Th scope="col" className={table.number}>
                Size
              </Table.Th>
              <Table.Th scope="col" className={table.number}>
                On disk
              </Table.Th>
              <Table.Th scope="col">Used by</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {images.map((image) => (
              <Table.Tr key={image.name}>
                <Table.Th scope="row" fw={600}>
                  {image.name}
                </Table.Th>
                <Table.Td className={table.number}>{formatBytes(image.size)}</Table.Td>
                <Table.Td className={table.number}>{formatBytes(image.allocated)}</Table.Td>
                <Table.Td c={image.used_by.length === 0 ? 'dimmed' : undefined}>
                  {image.used_by.length === 0 ? 'Nobody' : image.used_by.map((mac) => names.get(mac) ?? mac).join(', ')}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Section>
  );
}
