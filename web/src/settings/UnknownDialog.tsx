// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Group, Modal, Stack } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { changeDefault } from '../api/changes';
import { tellError } from '../api/problem';
import type { Assignment } from '../api/types';
import { AssignmentInput, draftOf } from './AssignmentInput';
import { makeAssignment } from './assignments';

interface UnknownDialogProps {
  /** what they got when the person began; null: closed */
  seen: Assignment | null;
  onClose: () => void;
}

export function UnknownDialog({ seen, onClose }: UnknownDialogProps) {
  return (
    <Modal opened={seen !== null} onClose={onClose} title={t`Unknown machines`} closeButtonProps={{ 'aria-label': t`Close` }} size="lg">
      {seen !== null && <UnknownForm seen={seen} onClose={onClose} />}
    </Modal>
  );
}

function UnknownForm({ seen, onClose }: { seen: Assignment; onClose: () => void }) {
  const [draft, setDraft] = useState(() => draftOf(seen));
  const then = makeAssignment(draft.kind, draft.values);
  const save = useMutation({ mutationFn: (wanted: Assignment) => changeDefault(wanted, seen), onSuccess: onClose });
  const failure = tellError(save.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (then !== null && !save.isPending) save.mutate(then);
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <AssignmentInput label={t`What they get`} draft={draft} without="client" onChange={setDraft} />
        {failure !== null && (
          <Alert color="red" role="alert">
            {failure}
          </Alert>
        )}
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            {t`Cancel`}
          </Button>
          <Button type="submit" loading={save.isPending} disabled={then === null}>
            {t`Save`}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
