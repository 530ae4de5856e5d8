// SPDX-License-Identifier: Apache-2.0
import { Modal, Stack, Text, TextInput } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { tellError } from '../api/problem';
import { type Traits, TraitsInput } from '../images/TraitsInput';
import { Failure } from '../shared/Failure';
import { formatBytes } from '../shared/format';
import { FormEnd } from '../shared/FormEnd';
import { imageNameOf, uploader } from './uploader';

/** Asks for the image's name before the file goes on its way. */
export function UploadDialog({ file, onClose }: { file: File | null; onClose: () => void }) {
  return (
    <Modal opened={file !== null} onClose={onClose} title={t`Upload an image`} closeButtonProps={{ 'aria-label': t`Close` }} centered>
      {file !== null && <UploadForm key={file.name} file={file} onClose={onClose} />}
    </Modal>
  );
}

function UploadForm({ file, onClose }: { file: File; onClose: () => void }) {
  const [name, setName] = useState(() => imageNameOf(file.name));
  const [traits, setTraits] = useState<Traits>({});
  const start = useMutation({ mutationFn: () => uploader.start(file, name.trim(), traits), onSuccess: onClose });
  const failure = tellError(start.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== '' && !start.isPending) start.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Text size="sm">
          {file.name}, {formatBytes(file.size)}
        </Text>
        <Text size="sm" c="dimmed">
          {t`Raw disks, ISO images, floppies, qcow2, VMDK, VDI, VHD and VHDX, also packed. It goes on after a broken line; for that, choose the same file again.`}
        </Text>
        <TextInput label={t`Name of the image`} value={name} onChange={(event) => setName(event.currentTarget.value)} autoComplete="off" data-autofocus />
        <TraitsInput traits={traits} onChange={setTraits} />
        <Failure text={failure} />
        <FormEnd action={t`Upload`} onCancel={onClose} disabled={name.trim() === ''} loading={start.isPending} />
      </Stack>
    </form>
  );
}
