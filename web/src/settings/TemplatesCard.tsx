// SPDX-License-Identifier: Apache-2.0
import { Badge, Button, Group, Table, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { WriteOnly } from '../access/WriteOnly';
import { useTemplates } from '../api/queries';
import { Section } from '../shared/Section';
import table from '../shared/table.module.css';
import { TemplateDialog } from './TemplateDialog';

/** What the scripts of booting machines are made of: the built-in ones, and the user's own in their place. */
export function TemplatesCard() {
  const { data, error } = useTemplates();
  const [editing, setEditing] = useState<string | null>(null);
  return (
    <Section title={t`Script templates`} items={data} error={error} empty="">
      {(templates) => (
        <>
          <Table horizontalSpacing="md" verticalSpacing="xs" className={table.table}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t`Name`}</Table.Th>
                <Table.Th scope="col">{t`Made by`}</Table.Th>
                <Table.Th scope="col" className={table.number}>{t`Actions`}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {templates.map(({ name, own, problem }) => (
                <Table.Tr key={name}>
                  <Table.Th scope="row" fw={500}>
                    {name}
                  </Table.Th>
                  <Table.Td>
                    <Group gap="xs">
                      {own ? t`you` : 'Bootferry'}
                      {problem !== null && <Badge size="xs" color="var(--bf-danger)">{t`Broken`}</Badge>}
                    </Group>
                    {problem !== null && (
                      <Text size="xs" c="var(--mantine-color-error)">
                        {problem}
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td className={table.number}>
                    <WriteOnly>
                      <Button size="compact-xs" variant="default" aria-label={t`Edit ${name}`} onClick={() => setEditing(name)}>
                        {t`Edit`}
                      </Button>
                    </WriteOnly>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          <TemplateDialog name={editing} onClose={() => setEditing(null)} />
        </>
      )}
    </Section>
  );
}
