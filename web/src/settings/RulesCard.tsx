// SPDX-License-Identifier: Apache-2.0
import { Button, Table } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { WriteOnly } from '../access/WriteOnly';
import { changeRules } from '../api/changes';
import { useGroups, useNames, useRules } from '../api/queries';
import type { Assignment, Rule } from '../api/types';
import { describeArchitecture, describeBoot } from '../machines/describe';
import type { Names } from '../machines/names';
import { ask } from '../shared/ask';
import { Section } from '../shared/Section';
import table from '../shared/table.module.css';

/** What machines get that have nothing of their own: the first rule that fits counts. */
export function RulesCard() {
  const { data, error } = useRules();
  const groups = useGroups().data ?? [];
  const names = useNames();
  return (
    <Section
      title={t`Rules`}
      items={data}
      error={error}
      empty={
        groups.length > 0
          ? t`None. A rule gives a group's entries to all machines of a kind.`
          : t`None. A rule gives a group's entries to all machines of a kind: make a group first.`
      }
      actions={
        groups.length > 0 && (
          <WriteOnly>
            <Button size="xs" variant="default" onClick={() => askForRule(data ?? [], groups[0]?.name ?? '')}>
              {t`New rule`}
            </Button>
          </WriteOnly>
        )
      }
    >
      {(rules) => (
        <Table horizontalSpacing="md" verticalSpacing="xs" className={table.table}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t`Machines`}</Table.Th>
              <Table.Th scope="col">{t`What they get`}</Table.Th>
              <Table.Th scope="col" className={table.number}>{t`Actions`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rules.map((rule, index) => (
              <Table.Tr key={index}>
                <Table.Th scope="row" fw={500}>
                  {describePattern(rule)}
                </Table.Th>
                <Table.Td>{describeAssignment(rule.then, names)}</Table.Td>
                <Table.Td className={table.number}>
                  <WriteOnly>
                    <Button
                      size="compact-xs"
                      variant="default"
                      aria-label={t`Remove rule ${index + 1}`}
                      onClick={() => askToRemove(rules, index)}
                    >
                      {t`Remove`}
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

function describePattern({ mac, uuid, serial, architecture }: Rule): string {
  const parts = [
    mac && `MAC ${mac}`,
    uuid && `UUID ${uuid}`,
    serial && t`serial number ${serial}`,
    architecture && describeArchitecture(architecture),
  ];
  return parts.filter((part) => part).join(', ') || t`all`;
}

function describeAssignment(then: Assignment, names: Names): string {
  switch (then.kind) {
    case 'menu':
      return t`a menu of what they can do by themselves`;
    case 'ignore':
      return t`they are not answered at all`;
    case 'group':
      return t`the entries of the group ${then.group}`;
    case 'client':
      return t`what ${names.get(then.client) ?? then.client} gets`;
    default:
      return describeBoot(then);
  }
}

function askForRule(rules: readonly Rule[], group: string): void {
  const field = (name: string, label: string, placeholder: string) => ({ name, label, placeholder, optional: true });
  ask({
    title: t`New rule`,
    text: t`What is left empty fits all; * stands for any text.`,
    fields: [
      field('mac', 'MAC', '52:54:00:*'),
      field('serial', t`Serial number`, '5CG*'),
      field('uuid', 'UUID', '4c4c4544-*'),
      { name: 'group', label: t`They get the entries of the group`, initial: group },
    ],
    action: t`Make it`,
    run: ({ mac, serial, uuid, group: wanted = '' }) =>
      changeRules(
        [
          ...rules,
          { mac: mac || null, serial: serial || null, uuid: uuid || null, architecture: null, then: { kind: 'group', group: wanted.trim() } },
        ],
        rules,
      ),
  });
}

function askToRemove(rules: readonly Rule[], index: number): void {
  ask({
    title: t`Remove rule ${index + 1}?`,
    action: t`Remove`,
    danger: true,
    run: () => changeRules(rules.filter((_, at) => at !== index), rules),
  });
}
