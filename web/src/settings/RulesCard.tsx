// SPDX-License-Identifier: Apache-2.0
import { Button, Text } from '@mantine/core';
import { arrayMove } from '@dnd-kit/sortable';
import { t } from '@lingui/core/macro';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useMayWrite } from '../access/me';
import { WriteOnly } from '../access/WriteOnly';
import { changeRules } from '../api/changes';
import { tellError } from '../api/problem';
import { useGroups, useNames, useRules } from '../api/queries';
import type { Assignment, Rule } from '../api/types';
import { describeAssignment } from '../entries/assignments';
import { ask } from '../shared/ask';
import { Failure } from '../shared/Failure';
import { CardBody, Section } from '../shared/Section';
import { SortableList, SortableRow } from '../shared/SortableList';
import { type EditedRule, RuleDialog } from './RuleDialog';
import { describePattern, namesOfRules } from './rules';

/** What machines get that have nothing of their own: the first rule that fits counts. */
export function RulesCard() {
  const { data, error } = useRules();
  const groups = useGroups().data ?? [];
  const [edited, setEdited] = useState<EditedRule | null>(null);
  const make = (seen: readonly Rule[]) => {
    const then: Assignment = groups[0] === undefined ? { kind: 'menu' } : { kind: 'group', group: groups[0].name };
    setEdited({ index: seen.length, rule: { mac: null, uuid: null, serial: null, architecture: null, then }, seen });
  };
  return (
    <Section
      title={t`Rules`}
      items={data}
      error={error}
      empty={t`None. A rule says what all machines of a kind get that have nothing of their own.`}
      actions={
        data !== undefined && (
          <WriteOnly>
            <Button size="xs" variant="default" aria-haspopup="dialog" onClick={() => make(data)}>
              {t`New rule`}
            </Button>
          </WriteOnly>
        )
      }
      before={<RuleDialog edited={edited} onClose={() => setEdited(null)} />}
    >
      {(rules) => (
        <CardBody>
          <RuleList rules={rules} onEdit={(index, rule) => setEdited({ index, rule, seen: rules })} />
        </CardBody>
      )}
    </Section>
  );
}

interface RuleListProps {
  rules: readonly Rule[];
  onEdit: (index: number, rule: Rule) => void;
}

function RuleList({ rules, onEdit }: RuleListProps) {
  const mayWrite = useMayWrite();
  const clientNames = useNames();
  const move = useMutation({ mutationFn: (wanted: Rule[]) => changeRules(wanted, rules) });
  const failure = tellError(move.error);
  const names = namesOfRules(rules);
  return (
    <>
      <Text size="sm" c="dimmed" mb="xs">
        {t`The first one that fits counts.`}
      </Text>
      <Failure text={failure} mb="sm" />
      <SortableList label={t`Rules in order`} names={names} onMove={(from, to) => move.mutate(arrayMove([...rules], from, to))}>
        {rules.map((rule, index) => (
          <SortableRow
            key={names[index]}
            name={names[index] ?? ''}
            mayWrite={mayWrite}
            actions={
              <>
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-haspopup="dialog"
                  aria-label={t`Edit rule ${index + 1}`}
                  onClick={() => onEdit(index, rule)}
                >
                  {t`Edit`}
                </Button>
                <Button size="compact-xs" variant="default" aria-label={t`Remove rule ${index + 1}`} onClick={() => askToRemove(rules, index)}>
                  {t`Remove`}
                </Button>
              </>
            }
          >
            <Text size="sm" fw={600}>
              {index + 1}. {describePattern(rule)}
            </Text>
            <Text size="xs" c="dimmed">
              {describeAssignment(rule.then, clientNames)}
            </Text>
          </SortableRow>
        ))}
      </SortableList>
    </>
  );
}

function askToRemove(rules: readonly Rule[], index: number): void {
  ask({
    title: t`Remove rule ${index + 1}?`,
    action: t`Remove`,
    danger: true,
    run: () => changeRules(rules.filter((_, at) => at !== index), rules),
  });
}
