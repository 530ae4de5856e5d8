// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Table, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { WriteOnly } from '../access/WriteOnly';
import { ask } from '../shared/ask';
import table from '../shared/table.module.css';
import { type Given, rowsOf, type VariableRow, type Variables, without } from './variables';

interface VariableTableProps {
  own: Variables;
  /** what groups give beside them */
  given?: ReadonlyMap<string, Given>;
  /** All that are its own. seen: what the change was made from; somebody else may have changed them since. */
  change: (own: Variables, seen: Variables) => Promise<unknown>;
}

const nothing: ReadonlyMap<string, Given> = new Map();

/** The free variables of a machine or group: added, changed, removed. */
export function VariableTable({ own, given = nothing, change }: VariableTableProps) {
  const rows = rowsOf(own, given);
  return (
    <>
      {rows.length > 0 && (
        <Table horizontalSpacing="md" verticalSpacing="xs" className={table.table}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t`Variable`}</Table.Th>
              <Table.Th scope="col">{t`Value`}</Table.Th>
              <Table.Th scope="col" className={table.number}>{t`Actions`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Row
                key={row.name}
                row={row}
                onSet={() => askForValue(row, (value) => change({ ...own, [row.name]: value }, own))}
                onRemove={() => askToRemove(row.name, () => change(without(own, row.name), own))}
              />
            ))}
          </Table.Tbody>
        </Table>
      )}
      <WriteOnly>
        <Button size="xs" variant="default" mt="xs" aria-haspopup="dialog" onClick={() => askForVariable(own, change)}>
          {t`Add a variable`}
        </Button>
      </WriteOnly>
    </>
  );
}

function Row({ row: { name, own, given }, onSet, onRemove }: { row: VariableRow; onSet: () => void; onRemove: () => void }) {
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={500}>
        <span className="mono">{name}</span>
      </Table.Th>
      <Table.Td>
        <span className="mono">{own ?? given?.value}</span>
        {given !== null && (
          <Text size="xs" c="dimmed">
            {own === null ? t`from the group ${given.group}` : t`instead of ${given.value} of the group ${given.group}`}
          </Text>
        )}
      </Table.Td>
      <Table.Td className={table.number}>
        <WriteOnly>
          <Group gap={6} justify="flex-end">
            <Button size="compact-xs" variant="default" aria-haspopup="dialog" aria-label={t`Change the variable ${name}`} onClick={onSet}>
              {t`Change`}
            </Button>
            {own !== null && (
              <Button size="compact-xs" variant="default" aria-label={t`Remove the variable ${name}`} onClick={onRemove}>
                {t`Remove`}
              </Button>
            )}
          </Group>
        </WriteOnly>
      </Table.Td>
    </Table.Tr>
  );
}

const valueField = (initial: string) => ({ name: 'value', label: t`Value`, initial, optional: true });

function askForVariable(own: Variables, change: VariableTableProps['change']): void {
  ask({
    title: t`New variable`,
    fields: [{ name: 'name', label: t`Name`, description: t`Of a-z, 0-9 and _, beginning with a letter.` }, valueField('')],
    action: t`Add`,
    run: ({ name = '', value = '' }) => change({ ...own, [name.trim()]: value }, own),
  });
}

function askForValue({ name, own, given }: VariableRow, set: (value: string) => Promise<unknown>): void {
  ask({
    title: t`Variable ${name}`,
    text: own === null && given !== null ? t`The value of the group ${given.group} stays; this one counts here.` : undefined,
    fields: [valueField(own ?? given?.value ?? '')],
    action: t`Save`,
    run: ({ value = '' }) => set(value),
  });
}

function askToRemove(name: string, remove: () => Promise<unknown>): void {
  ask({
    title: t`Remove the variable ${name}?`,
    text: t`Boot entries that name it do not boot without it.`,
    action: t`Remove`,
    danger: true,
    run: remove,
  });
}
