// SPDX-License-Identifier: Apache-2.0
import { Button, CloseButton, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useState } from 'react';
import type { Drive, DriveMode, Image } from '../api/types';
import { driveModeChoices, hasChanges } from './drive_modes';
import { QuotaChoice } from './QuotaChoice';
import classes from './DriveEditor.module.css';

const mostDrives = 4;

interface DriveEditorProps {
  images: readonly Image[];
  /** what the machine has now */
  drives: Drive[];
  busy: boolean;
  onSave: (drives: Drive[]) => void;
}

/** An ordered list of drives: the first is 0x80, from which the machine boots. */
export function DriveEditor({ images, drives: given, busy, onSave }: DriveEditorProps) {
  const [drives, setDrives] = useState<Drive[]>(() => (given.length > 0 ? given : [nextDrive(images, given)]));
  const put = (index: number, drive: Drive) => setDrives(drives.map((old, at) => (at === index ? drive : old)));

  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t`The machine boots from the first drive.`}
      </Text>
      {drives.map((drive, index) => (
        <DriveRow
          key={index}
          number={index}
          drive={drive}
          images={images}
          onChange={(changed) => put(index, changed)}
          onRemove={drives.length > 1 ? () => setDrives(drives.filter((_, at) => at !== index)) : undefined}
        />
      ))}
      <Group gap="sm">
        <Button onClick={() => onSave(drives)} loading={busy}>
          {t`Assign drives`}
        </Button>
        <Button variant="default" disabled={drives.length >= mostDrives} onClick={() => setDrives([...drives, nextDrive(images, drives)])}>
          {t`Add a drive`}
        </Button>
      </Group>
    </Stack>
  );
}

/** The first image that is not among the drives yet: one image twice in one machine is seldom meant. */
export function nextDrive(images: readonly Image[], drives: Drive[]): Drive {
  const next = images.find((image) => drives.every((drive) => drive.image !== image.name)) ?? images[0];
  return { image: next?.name ?? '', mode: next?.format === 'iso' ? 'readonly' : 'master' };
}

interface DriveRowProps {
  number: number;
  drive: Drive;
  images: readonly Image[];
  onChange: (drive: Drive) => void;
  onRemove: (() => void) | undefined;
}

export function DriveRow({ number, drive, images, onChange, onRemove }: DriveRowProps) {
  const driveName = `0x${(0x80 + number).toString(16)}`;
  return (
    <div className={classes.drive}>
      <Text size="sm" className={`mono ${classes.number}`}>
        {driveName}
      </Text>
      <NativeSelect
        className={classes.image}
        aria-label={t`Image of drive ${driveName}`}
        data={images.map((image) => image.name)}
        value={drive.image}
        onChange={(event) => onChange({ ...drive, image: event.currentTarget.value })}
      />
      <div className={classes.mode}>
        <NativeSelect
          aria-label={t`Mode of drive ${driveName}`}
          data={driveModeChoices()}
          value={drive.mode}
          onChange={(event) => onChange(driveOf(drive.image, event.currentTarget.value as DriveMode, drive.quota))}
        />
        {hasChanges(drive.mode) && (
          <QuotaChoice
            label={t`Quota of drive ${driveName}`}
            quota={drive.quota ?? null}
            onChange={(quota) => onChange(driveOf(drive.image, drive.mode, quota))}
          />
        )}
      </div>
      <CloseButton className={classes.remove} aria-label={t`Remove drive ${driveName}`} disabled={onRemove === undefined} onClick={onRemove} />
    </div>
  );
}

/** What has no changes of its own has no quota either. */
function driveOf(image: string, mode: DriveMode, quota: number | null | undefined): Drive {
  return hasChanges(mode) && quota != null ? { image, mode, quota } : { image, mode };
}
