// SPDX-License-Identifier: Apache-2.0
import { Text, UnstyledButton } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from 'wouter';
import { useNames } from '../api/queries';
import type { Client, Image } from '../api/types';
import { places } from '../app/places';
import type { Names } from '../machines/names';
import { formatBytes } from '../shared/format';
import { firstDrive, kindOf } from './boot_of_image';
import classes from './ImageChoice.module.css';

interface ImageChoiceProps {
  client: Client;
  images: readonly Image[];
  busy: boolean;
  onChoose: (image: Image) => void;
}

/** One large button per image. */
export function ImageChoice({ client, images, busy, onChoose }: ImageChoiceProps) {
  const names = useNames();
  if (images.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        <Trans>
          There is no image yet. <Link href={places.images}>Make or upload one</Link> first.
        </Trans>
      </Text>
    );
  }
  const current = firstDrive(client.boot)?.image;
  return (
    <ul className={classes.list} aria-label={t`Images to boot`}>
      {images.map((image) => (
        <li key={image.name}>
          <UnstyledButton className={classes.choice} disabled={busy} onClick={() => onChoose(image)}>
            <Text fw={600} size="sm" span>
              {image.name}
            </Text>
            <Text size="xs" c="dimmed" span>
              {[formatBytes(image.size), ...noteKind(image), ...noteOn(image, client, names), ...(image.name === current ? [t`assigned now`] : [])].join(' · ')}
            </Text>
          </UnstyledButton>
        </li>
      ))}
    </ul>
  );
}

function noteKind(image: Image): string[] {
  const gone = image.missing_files.length > 0 ? [t`its file is gone`] : [];
  switch (kindOf(image)) {
    case 'cd':
      return [t`in a CD drive, read only`, ...gone];
    case 'floppy':
      return [t`in a floppy drive`, ...gone];
    case 'disk':
      return gone;
  }
}

function noteOn(image: Image, client: Client, names: Names): string[] {
  const others = image.used_by.filter((mac) => mac !== client.mac);
  if (others.length === 0) return [];
  if (others.length > 2) return [t`used by ${others.length} machines`];
  const who = others.map((mac) => names.get(mac) ?? mac).join(', ');
  return [t`used by ${who}`];
}
