// SPDX-License-Identifier: Apache-2.0
import { Modal, NativeSelect, Stack, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { t } from '@lingui/core/macro';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { createImage } from '../api/changes';
import { tellError } from '../api/problem';
import type { Preset } from '../api/types';
import { Failure } from '../shared/Failure';
import { parseSize } from '../shared/format';
import { FormEnd } from '../shared/FormEnd';
import { presets } from './describe_image';
import { type Traits, TraitsInput } from './TraitsInput';

export function CreateDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title={t`New image`} closeButtonProps={{ 'aria-label': t`Close` }} centered>
      <CreateForm onClose={onClose} />
    </Modal>
  );
}

function CreateForm({ onClose }: { onClose: () => void }) {
  const choices = presets();
  const [name, setName] = useState('');
  const [preset, setPreset] = useState<Preset>('linux');
  const words = choices.find((one) => one.preset === preset);
  const [size, setSize] = useState(words?.size ?? '');
  const [traits, setTraits] = useState<Traits>({});
  const isFloppy = words?.size == null;
  const bytes = isFloppy ? undefined : (parseSize(size) ?? null);
  const create = useMutation({
    mutationFn: () => createImage({ name: name.trim(), preset, ...(bytes != null && { size: bytes }), ...(!isFloppy && traits) }),
    onSuccess: (image) => {
      notifications.show({ message: t`${image.name} is there.` });
      onClose();
    },
  });
  const failure = tellError(create.error);
  const whole = name.trim() !== '' && bytes !== null;

  const choose = (wanted: Preset) => {
    setPreset(wanted);
    setSize(choices.find((one) => one.preset === wanted)?.size ?? '');
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (whole && !create.isPending) create.mutate();
  };

  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          label={t`Name`}
          description={t`Letters, digits, dots, dashes.`}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          autoComplete="off"
          data-autofocus
        />
        <NativeSelect
          label={t`Kind`}
          description={words?.meaning}
          value={preset}
          onChange={(event) => choose(event.currentTarget.value as Preset)}
          data={choices.map((one) => ({ value: one.preset, label: one.label }))}
        />
        {!isFloppy && (
          <>
            <TextInput
              label={t`Size`}
              value={size}
              onChange={(event) => setSize(event.currentTarget.value)}
              error={size !== '' && bytes === null ? t`A number and a unit, such as 16G` : null}
              autoComplete="off"
            />
            <TraitsInput traits={traits} onChange={setTraits} />
          </>
        )}
        <Failure text={failure} />
        <FormEnd action={t`Make it`} onCancel={onClose} disabled={!whole} loading={create.isPending} />
      </Stack>
    </form>
  );
}
