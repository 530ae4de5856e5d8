// SPDX-License-Identifier: Apache-2.0
import { Button, Checkbox, Group, Modal, NativeSelect, Stack, Textarea, TextInput } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { type FormEvent, useState } from 'react';
import { useImages } from '../api/queries';
import type { BootKind, Drive, Entry, Image } from '../api/types';
import { fits } from '../assign/boot_of_image';
import { DriveRow, nextDrive } from '../assign/DriveEditor';
import { type BootField, bootKindLabel, bootKinds, type BootValues, fieldsOf, makeBoot, valuesOf } from './kinds';

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
        {fieldsOf(kind).map((field) => (
          <FieldInput
            key={field.key}
            field={field}
            value={values[field.key]}
            onChange={(value) => setValues({ ...values, [field.key]: value })}
          />
        ))}
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            {t`Cancel`}
          </Button>
          <Button type="submit" disabled={boot === null || name.trim() === ''}>
            {t`Save`}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface FieldInputProps {
  field: BootField;
  value: unknown;
  onChange: (value: unknown) => void;
}

function FieldInput({ field: { kind, label, description, images }, value, onChange }: FieldInputProps) {
  switch (kind) {
    case 'flag':
      return <Checkbox label={label} checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />;
    case 'text':
      return (
        <TextInput
          label={label}
          description={description}
          value={typeof value === 'string' ? value : ''}
          onChange={(event) => onChange(event.currentTarget.value)}
          autoComplete="off"
        />
      );
    case 'lines':
      return (
        <Textarea
          label={label}
          description={description}
          autosize
          minRows={2}
          value={Array.isArray(value) ? value.join('\n') : ''}
          onChange={(event) => onChange(event.currentTarget.value.split('\n'))}
        />
      );
    case 'drive':
      return <DrivesInput most={1} of={images} drives={value === undefined ? [] : [value as Drive]} onChange={([drive]) => onChange(drive)} />;
    case 'drives':
      return <DrivesInput most={4} drives={(value as Drive[] | undefined) ?? []} onChange={onChange} />;
  }
}

interface DrivesInputProps {
  drives: Drive[];
  most: number;
  of?: BootField['images'] | undefined;
  onChange: (drives: Drive[]) => void;
}

function DrivesInput({ drives, most, of, onChange }: DrivesInputProps) {
  const isOffered = (image: Image) => of === undefined || fits(image, of) || drives.some((drive) => drive.image === image.name);
  const images = (useImages().data ?? []).filter(isOffered);
  return (
    <Stack gap="xs">
      {drives.map((drive, index) => (
        <DriveRow
          key={index}
          number={index}
          drive={drive}
          images={images}
          onChange={(changed) => onChange(drives.map((old, at) => (at === index ? changed : old)))}
          onRemove={() => onChange(drives.filter((_, at) => at !== index))}
        />
      ))}
      {drives.length < most && (
        <Group>
          <Button
            size="xs"
            variant="default"
            disabled={images.length === 0}
            onClick={() => onChange([...drives, nextDrive(images, drives)])}
          >
            {t`Add a drive`}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
