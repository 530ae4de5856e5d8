// SPDX-License-Identifier: Apache-2.0
import { Anchor, Badge, Button, Group, Table, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { WriteOnly } from '../access/WriteOnly';
import { useState } from 'react';
import { Link } from 'wouter';
import { useMayWrite } from '../access/me';
import { useImages } from '../api/queries';
import type { Image } from '../api/types';
import { places } from '../app/places';
import { FileButton } from '../shared/FileButton';
import { formatBytes } from '../shared/format';
import { MachineLink } from '../shared/MachineLink';
import { Section } from '../shared/Section';
import table from '../shared/table.module.css';
import { DropArea } from '../uploads/DropArea';
import { UploadDialog } from '../uploads/UploadDialog';
import { UploadsCard } from '../uploads/UploadsCard';
import { CreateDialog } from './CreateDialog';
import { describeFormat, tellMissing } from './describe_image';
import { JobsCard } from './JobsCard';

export function ImagesPage() {
  const { data, error } = useImages();
  const mayWrite = useMayWrite();
  const [creating, setCreating] = useState(false);
  const [file, setFile] = useState<File | null>(null);
  return (
    <DropArea onFile={mayWrite ? setFile : null}>
      <UploadsCard />
      <JobsCard />
      <Section
        title={t`Images`}
        order={1}
        items={data}
        error={error}
        empty={t`No image yet. Make an empty one, or upload one: a disk image, an ISO or a floppy. You can also drop a file here.`}
        actions={
          <WriteOnly>
            <Button size="xs" onClick={() => setCreating(true)} aria-haspopup="dialog">
              {t`New image`}
            </Button>
            <FileButton label={t`Upload a file`} onFile={setFile} />
          </WriteOnly>
        }
      >
        {(images) => <ImageTable images={images} />}
      </Section>
      <CreateDialog opened={creating} onClose={() => setCreating(false)} />
      <UploadDialog file={file} onClose={() => setFile(null)} />
    </DropArea>
  );
}

function ImageTable({ images }: { images: readonly Image[] }) {
  return (
    <Table horizontalSpacing="md" verticalSpacing="sm" className={table.table}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t`Name`}</Table.Th>
          <Table.Th scope="col" className={table.wide}>{t`Kind`}</Table.Th>
          <Table.Th scope="col" className={table.number}>{t`Size`}</Table.Th>
          <Table.Th scope="col" className={table.number}>{t`On disk`}</Table.Th>
          <Table.Th scope="col" className={`${table.number} ${table.wide}`}>{t`Version`}</Table.Th>
          <Table.Th scope="col">{t`Used by`}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {images.map((image) => (
          <ImageRow key={image.name} image={image} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function ImageRow({ image }: { image: Image }) {
  const missing = tellMissing(image);
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={600}>
        <Group gap="xs">
          <Anchor component={Link} href={places.image(image.name)} inherit c="var(--mantine-color-text)">
            {image.name}
          </Anchor>
          {missing !== null && <Badge size="xs" color="var(--bf-danger)">{t`File gone`}</Badge>}
        </Group>
        {missing !== null && (
          <Text size="xs" c="var(--mantine-color-error)" className={table.note}>
            {missing}
          </Text>
        )}
      </Table.Th>
      <Table.Td className={table.wide}>{describeFormat(image)}</Table.Td>
      <Table.Td className={table.number}>{formatBytes(image.size)}</Table.Td>
      <Table.Td className={table.number}>{formatBytes(image.allocated)}</Table.Td>
      <Table.Td className={`${table.number} ${table.wide}`}>{image.version}</Table.Td>
      <Table.Td>
        <Users macs={image.used_by} />
      </Table.Td>
    </Table.Tr>
  );
}

const mostUsersNamed = 3;

export function Users({ macs }: { macs: string[] }) {
  if (macs.length === 0) return <Text size="sm" c="dimmed" span>{t`Nobody`}</Text>;
  const others = macs.length - mostUsersNamed;
  return (
    <>
      {macs.slice(0, mostUsersNamed).map((mac, index) => (
        <span key={mac}>
          {index > 0 && ', '}
          <MachineLink mac={mac} />
        </span>
      ))}
      {others > 0 && ` ${t`and ${others} more`}`}
    </>
  );
}
