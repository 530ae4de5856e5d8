// SPDX-License-Identifier: Apache-2.0
import { NativeSelect } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useClients, useGroups } from '../api/queries';
import type { Assignment } from '../api/types';
import { titleOf } from '../machines/describe';
import { type AssignmentKind, assignmentKindLabel, valuesOfAssignment } from './assignments';
import { BootFields } from './BootFields';
import type { BootValues } from './kinds';

/** What was chosen and typed so far; `makeAssignment` says whether it is whole. */
export interface AssignmentDraft {
  kind: AssignmentKind;
  values: BootValues;
}

export const draftOf = (then: Assignment): AssignmentDraft => ({ kind: then.kind, values: valuesOfAssignment(then) });

interface AssignmentInputProps {
  label: string;
  draft: AssignmentDraft;
  /** what is offered here */
  kinds: readonly AssignmentKind[];
  onChange: (draft: AssignmentDraft) => void;
}

/** What machines get: a kind, and the fields that this kind needs. */
export function AssignmentInput({ label, draft: { kind, values }, kinds, onChange }: AssignmentInputProps) {
  const groups = useGroups().data ?? [];
  const choose = (changed: BootValues) => onChange({ kind, values: { ...values, ...changed } });
  const isOffered = (one: AssignmentKind) => one === kind || one !== 'group' || groups.length > 0;
  return (
    <>
      <NativeSelect
        label={label}
        value={kind}
        onChange={(event) => onChange({ kind: event.currentTarget.value as AssignmentKind, values })}
        data={kinds.filter(isOffered).map((value) => ({ value, label: assignmentKindLabel(value) }))}
      />
      {kind === 'group' && (
        <Choice
          label={t`Group`}
          value={values['group']}
          data={groups.map(({ name }) => ({ value: name, label: name }))}
          onChange={(group) => choose({ group })}
        />
      )}
      {kind === 'client' && <MachineChoice value={values['client']} onChange={(client) => choose({ client })} />}
      {kind !== 'group' && kind !== 'client' && kind !== 'menu' && kind !== 'ignore' && (
        <BootFields kind={kind} values={values} onChange={(changed) => onChange({ kind, values: changed })} />
      )}
    </>
  );
}

interface ChoiceProps {
  value: unknown;
  onChange: (value: string) => void;
}

function MachineChoice({ value, onChange }: ChoiceProps) {
  const clients = useClients().data ?? [];
  return (
    <Choice label={t`Machine`} value={value} data={clients.map((one) => ({ value: one.mac, label: titleOf(one) }))} onChange={onChange} />
  );
}

/** One of a list; nothing is chosen before somebody chooses, and what is gone from the list is still shown. */
function Choice({ label, value, data, onChange }: ChoiceProps & { label: string; data: { value: string; label: string }[] }) {
  const chosen = typeof value === 'string' ? value : '';
  const gone = chosen === '' || data.some((one) => one.value === chosen) ? [] : [{ value: chosen, label: chosen }];
  return (
    <NativeSelect
      label={label}
      value={chosen}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={[...(chosen === '' ? [{ value: '', label: t`Choose one` }] : []), ...data, ...gone]}
    />
  );
}
