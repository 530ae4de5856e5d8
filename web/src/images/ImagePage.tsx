// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { WriteOnly } from '../access/WriteOnly';
import { useState } from 'react';
import { imageDisk } from '../api/disks';
import { useImages, useOverlays } from '../api/queries';
import type { Image } from '../api/types';
import { Facts } from '../shared/Facts';
import { Failure } from '../shared/Failure';
import { FilesCard } from '../shared/FilesCard';
import { formatBytes, formatTime } from '../shared/format';
import { Card, CardBody } from '../shared/Section';
import { CheckCard } from './CheckCard';
import { describeFormat, tellMissing } from './describe_image';
import { askForClone, askForGrowth, askForPublication, askToRemove } from './image_questions';
import { ImageOverlays } from './ImageOverlays';
import { Users } from './ImagesPage';
import { VersionsCard } from './VersionsCard';

export function ImagePage({ name }: { name: string }) {
  const { data: images } = useImages();
  const overlays = useOverlays().data?.filter((overlay) => overlay.image === name) ?? [];
  const [checking, setChecking] = useState(false);
  const image = images?.find((one) => one.name === name);
  if (images === undefined) return <Skeleton height={120} />;
  if (image === undefined) {
    return (
      <Card title={name} order={1}>
        <CardBody>{t`There is no image of this name any more.`}</CardBody>
      </Card>
    );
  }
  return (
    <Stack gap="md">
      <Head image={image} onCheck={() => setChecking(true)} />
      {checking && <CheckCard image={name} />}
      <FilesCard key={name} disk={imageDisk(name)} title={t`Files`} />
      <VersionsCard image={name} />
      {overlays.length > 0 && <ImageOverlays overlays={overlays} />}
    </Stack>
  );
}

function Head({ image, onCheck }: { image: Image; onCheck: () => void }) {
  const missing = tellMissing(image);
  return (
    <Card
      title={image.name}
      order={1}
      actions={
        <Button size="xs" variant="default" onClick={onCheck}>
          {t`Check`}
        </Button>
      }
    >
      <CardBody>
        <Failure text={missing} title={t`File gone`} mb="md" />
        <Facts
          facts={[
            [t`Kind`, describeFormat(image)],
            [t`Size`, formatBytes(image.size)],
            [t`On disk`, formatBytes(image.allocated)],
            [t`Blocks`, t`${image.block_size} bytes, ${image.physical_block_size} on the medium`],
            [t`Used by`, <Users key="users" macs={image.used_by} />],
            [t`Made`, formatTime(image.created)],
          ]}
        />
        <WriteOnly>
          <Group gap="xs" mt="md">
            <Button size="xs" variant="default" onClick={() => askForPublication(image.name)}>
              {t`Publish a version`}
            </Button>
            <Button size="xs" variant="default" onClick={() => askForClone(image.name)}>
              {t`Clone`}
            </Button>
            <Button size="xs" variant="default" onClick={() => askForGrowth(image)}>
              {t`Grow`}
            </Button>
            <Button size="xs" variant="default" c="var(--mantine-color-error)" onClick={() => askToRemove(image)}>
              {t`Remove`}
            </Button>
          </Group>
        </WriteOnly>
        {image.thick && (
          <Text size="xs" c="dimmed" mt="xs">
            {t`All its space is taken on the server's disk from the start.`}
          </Text>
        )}
      </CardBody>
    </Card>
  );
}
