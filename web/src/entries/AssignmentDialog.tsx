// SPDX-License-Identifier: Apache-2.0
import { Modal, Stack } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { tellError } from '../api/problem';
import type { Assignment } from '../api/types';
import { Failure } from '../shared/Failure';
import { FormEnd } from '../shared/FormEnd';
import { AssignmentInput, draftOf } from './AssignmentInput';
import { type AssignmentKind, makeAssignment } from './assignments';

interface AssignmentDialogProps {
  title: string;
  label: string;
  kinds: readonly AssignmentKind[];
  /** what it begins with; null: closed */
  given: Assignment | null;
  /** While it runs the dialog waits; when it fails the dialog says why and stays. */
  save: (wanted: Assignment) => Promise<unknown>;
  onClose: () => void;
}

export function AssignmentDialog({ title, given, onClose, ...form }: AssignmentDialogProps) {
  return (
    <Modal opened={given !== null} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t`Close` }} size="lg">
      {given !== null && <AssignmentForm {...form} given={given} onClose={onClose} />}
    </Modal>
  );
}

type AssignmentFormProps = Omit<AssignmentDialogProps, 'title'> & { given: Assignment };

function AssignmentForm({ label, kinds, given, save, onClose }: AssignmentFormProps) {
  const [draft, setDraft] = useState(() => draftOf(given));
  const wanted = makeAssignment(draft.kind, draft.values);
  const saving = useMutation({ mutationFn: save, onSuccess: onClose });
  const failure = tellError(saving.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (wanted !== null && !saving.isPending) saving.mutate(wanted);
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <AssignmentInput label={label} draft={draft} kinds={kinds} onChange={setDraft} />
        <Failure text={failure} />
        <FormEnd action={t`Save`} onCancel={onClose} loading={saving.isPending} disabled={wanted === null} />
      </Stack>
    </form>
  );
}
