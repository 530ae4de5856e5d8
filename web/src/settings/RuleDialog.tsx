// SPDX-License-Identifier: Apache-2.0
import { Modal, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { changeRules } from '../api/changes';
import { tellError } from '../api/problem';
import type { Architecture, Rule } from '../api/types';
import { AssignmentInput, draftOf } from '../entries/AssignmentInput';
import { assignmentKinds, makeAssignment } from '../entries/assignments';
import { describeArchitecture } from '../machines/describe';
import { Failure } from '../shared/Failure';
import { FormEnd } from '../shared/FormEnd';

/** A rule at its place among all that were there when the person began; behind the last it is a new one. */
export interface EditedRule {
  index: number;
  rule: Rule;
  seen: readonly Rule[];
}

const architectures: readonly Architecture[] = ['bios', 'efi-ia32', 'efi-x64', 'efi-arm32', 'efi-arm64', 'raspberry-pi', 'unknown'];
const isNew = ({ index, seen }: EditedRule) => index === seen.length;

/** null: closed */
export function RuleDialog({ edited, onClose }: { edited: EditedRule | null; onClose: () => void }) {
  return (
    <Modal
      opened={edited !== null}
      onClose={onClose}
      title={edited === null || isNew(edited) ? t`New rule` : t`Rule ${edited.index + 1}`}
      closeButtonProps={{ 'aria-label': t`Close` }}
      size="lg"
    >
      {edited !== null && <RuleForm edited={edited} onClose={onClose} />}
    </Modal>
  );
}

const orNull = (text: string) => text.trim() || null;

function RuleForm({ edited, onClose }: { edited: EditedRule; onClose: () => void }) {
  const { index, rule, seen } = edited;
  const [mac, setMac] = useState(rule.mac ?? '');
  const [serial, setSerial] = useState(rule.serial ?? '');
  const [uuid, setUuid] = useState(rule.uuid ?? '');
  const [architecture, setArchitecture] = useState(rule.architecture);
  const [draft, setDraft] = useState(() => draftOf(rule.then));
  const then = makeAssignment(draft.kind, draft.values);
  const save = useMutation({
    mutationFn: (wanted: Rule) => changeRules(isNew(edited) ? [...seen, wanted] : seen.with(index, wanted), seen),
    onSuccess: onClose,
  });
  const failure = tellError(save.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (then !== null && !save.isPending) save.mutate({ mac: orNull(mac), uuid: orNull(uuid), serial: orNull(serial), architecture, then });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Text size="sm">{t`What is left empty fits all; * stands for any text.`}</Text>
        <Pattern label="MAC" placeholder="52:54:00:*" value={mac} onChange={setMac} autoFocus />
        <Pattern label={t`Serial number`} placeholder="5CG*" value={serial} onChange={setSerial} />
        <Pattern label="UUID" placeholder="4c4c4544-*" value={uuid} onChange={setUuid} />
        <NativeSelect
          label={t`Firmware`}
          value={architecture ?? ''}
          onChange={(event) => setArchitecture((event.currentTarget.value || null) as Architecture | null)}
          data={[
            { value: '', label: t`any` },
            ...architectures.map((value) => ({ value, label: describeArchitecture(value) })),
          ]}
        />
        <AssignmentInput label={t`What they get`} draft={draft} kinds={assignmentKinds} onChange={setDraft} />
        <Failure text={failure} />
        <FormEnd action={t`Save`} onCancel={onClose} loading={save.isPending} disabled={then === null} />
      </Stack>
    </form>
  );
}

interface PatternProps {
  label: string;
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
  autoFocus?: boolean;
}

function Pattern({ onChange, autoFocus, ...input }: PatternProps) {
  return (
    <TextInput {...input} onChange={(event) => onChange(event.currentTarget.value)} autoComplete="off" data-autofocus={autoFocus} />
  );
}
