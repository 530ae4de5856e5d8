// SPDX-License-Identifier: Apache-2.0
import { Text, UnstyledButton } from '@mantine/core';
import { useNames } from '../api/queries';
import type { Client, Image } from '../api/types';
import type { Names } from '../machines/names';
import { formatBytes } from '../shared/format';
import classes from './ImageChoice.module.css';

interface ImageChoiceProps {
  client: Client;
  images: Image[];
  busy: boolean;
  onChoose: (image: string) => void;
}

/** One large button per image. */
export function ImageChoice({ client, images, busy, onChoose }: ImageChoiceProps) {
  const names = useNames();
  if (images.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        There is no image yet. Add one on the server: <span className="mono">bootferry image add NAME FILE</span>
      </Text>
    );
  }
  const current = client.boot.kind === 'disks' ? client.boot.drives[0]?.image : undefined;
  return (
    <ul className={classes.list} aria-label="Images to boot">
      {images.map((image) => (
        <li key={image.name}>
          <UnstyledButton className={classes.choice} disabled={busy} onClick={() => onChoose(image.name)}>
            <Text fw={600} size="sm" span>
              {image.name}
            </Text>
            <Text size="xs" c="dimmed" span>
              {[formatBytes(image.size), ...noteOn(image, client, names), ...(image.name === current ? ['assigned now'] : [])].join(' · ')}
            </Text>
          </UnstyledButton>
        </li>
      ))}
    </ul>
  );
}

function noteOn(image: Image, client: Client, names: Names): string[] {
  const others = image.used_by.filter((mac) => mac !== client.mac);
  if (others.length === 0) return [];
  if (others.length > 2) return [`used by ${others.length} machines`];
  return [`used by ${others.map((mac) => names.get(mac) ?? mac).join(' and ')}`];
}
