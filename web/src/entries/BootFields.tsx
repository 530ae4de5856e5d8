// SPDX-License-Identifier: Apache-2.0
import { Button, Checkbox, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useImages } from '../api/queries';
import type { BootKind, Drive, Image } from '../api/types';
import { fits } from '../assign/boot_of_image';
import { DriveRow, nextDrive } from '../assign/DriveEditor';
import { type BootField, type BootValues, fieldsOf } from './kinds';

interface BootFieldsProps {
  kind: BootKind;
  values: BootValues;
  onChange: (values: BootValues) => void;
}

/** What a boot of this kind needs to know; nothing of those that are said by their kind alone. */
export function BootFields({ kind, values, onChange }: BootFieldsProps) {
  return fieldsOf(kind).map((field) => (
    <FieldInput
      key={field.key}
      field={field}
      value={values[field.key]}
      onChange={(value) => onChange({ ...values, [field.key]: value })}
    />
  ));
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
