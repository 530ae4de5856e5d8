// SPDX-License-Identifier: Apache-2.0
import { Alert, NativeSelect } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useMutation } from '@tanstack/react-query';
import { useMayWrite } from '../access/me';
import { putDefaults } from '../api/changes';
import { tellError } from '../api/problem';
import { useDefaults, useGroups } from '../api/queries';
import type { Assignment } from '../api/types';
import { Card, CardBody } from '../shared/Section';

/** What machines get that nobody has given anything. */
export function UnknownCard() {
  const mayWrite = useMayWrite();
  const { data } = useDefaults();
  const groups = useGroups().data ?? [];
  const change = useMutation({ mutationFn: (unknown: Assignment) => putDefaults({ unknown }) });
  if (data === undefined) return null;
  const failure = tellError(change.error);
  const { unknown } = data;
  const value = unknown.kind === 'group' ? `group ${unknown.group}` : unknown.kind;
  const choices = [
    { value: 'wait', label: t`their screen waits for an assignment` },
    { value: 'menu', label: t`a menu of what they can do by themselves` },
    { value: 'local', label: t`they boot their own disk` },
    { value: 'ignore', label: t`they are not answered at all` },
    ...groups.map(({ name }) => ({ value: `group ${name}`, label: t`the entries of the group ${name}` })),
  ];
  const choose = (wanted: string) =>
    change.mutate(wanted.startsWith('group ') ? { kind: 'group', group: wanted.slice('group '.length) } : ({ kind: wanted } as Assignment));
  return (
    <Card title={t`Unknown machines`}>
      <CardBody>
        {failure !== null && (
          <Alert color="red" role="alert" mb="sm">
            {failure}
          </Alert>
        )}
        <NativeSelect
          label={t`What machines get that nobody has given anything`}
          disabled={!mayWrite || change.isPending}
          value={value}
          onChange={(event) => choose(event.currentTarget.value)}
          data={choices.some((choice) => choice.value === value) ? choices : [...choices, { value, label: value }]}
          maw={420}
        />
      </CardBody>
    </Card>
  );
}
