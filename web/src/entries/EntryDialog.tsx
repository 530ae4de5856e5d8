// SPDX-License-Identifier: Apache-2.0
import { Modal, NativeSelect, Stack, TextInput } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { type FormEvent, useState } from 'react';
import type { BootKind, Entry } from '../api/types';
import { FormEnd } from '../shared/FormEnd';
import { BootFields } from './BootFields';
import { bootKindLabel, bootKinds, type BootValues, makeBoot, valuesOf } from './kinds';

interface EntryDialogProps {
  /** null: closed; without a name: a new one */
  entry: Entry | null;
  onSave: (entry: Entry) => void;
  onClose: () => void;
}

export function EntryDialog({ entry, onSave, onClose }: EntryDialogProps) {
  return (
    <Modal
      opened={entry !== null}
      onClose={onClose}
      title={entry?.name === '' ? t`New boot entry` : t`Boot entry`}
      closeButtonProps={{ 'aria-label': t`Close` }}
      size="lg"
    >
      {entry !== null && <EntryForm entry={entry} onSave={onSave} onClose={onClose} />}
    </Modal>
  );
}

function EntryForm({ entry, onSave, onClose }: EntryDialogProps & { entry: Entry }) {
  const [name, setName] = useState(entry.name);
  const [kind, setKind] = useState<BootKind>(entry.boot.kind);
  const [values, setValues] = useState<BootValues>(() => valuesOf(entry.boot));
  const boot = makeBoot(kind, values);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (boot !== null && name.trim() !== '') onSave({ name: name.trim(), boot });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          label={t`Name in the menu`}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          autoComplete="off"
          data-autofocus
        />
        <NativeSelect
          label={t`What it boots`}
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value as BootKind)}
          data={bootKinds.map((value) => ({ value, label: bootKindLabel(value) }))}
        />
        <BootFields kind={kind} values={values} onChange={setValues} />
        <FormEnd action={t`Save`} onCancel={onClose} disabled={boot === null || name.trim() === ''} />
      </Stack>
    </form>
  );
}
