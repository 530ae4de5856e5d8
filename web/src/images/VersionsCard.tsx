// SPDX-License-Identifier: Apache-2.0
import { Badge, Button, Group, Table, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { WriteOnly } from '../access/WriteOnly';
import { imageDisk } from '../api/disks';
import { useNames, useVersions } from '../api/queries';
import type { Version } from '../api/types';
import { withNames } from '../machines/names';
import { DownloadDisk } from '../shared/DownloadDisk';
import { formatBytes, formatTime } from '../shared/format';
import { Section } from '../shared/Section';
import table from '../shared/table.module.css';
import { askForClone, askForPublication, askToRemoveVersion } from './image_questions';

/** What the image was and is, the current version on top. */
export function VersionsCard({ image }: { image: string }) {
  const { data, error } = useVersions(image);
  const current = data?.at(-1)?.number;
  return (
    <Section title={t`Versions`} items={data?.toReversed()} error={error} empty={t`No version.`}>
      {(versions) => (
        <Table horizontalSpacing="md" verticalSpacing="xs" className={table.table}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t`Version`}</Table.Th>
              <Table.Th scope="col" className={table.wide}>{t`Made`}</Table.Th>
              <Table.Th scope="col" className={table.number}>{t`On disk`}</Table.Th>
              <Table.Th scope="col" className={table.number}>{t`Actions`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {versions.map((version) => (
              <VersionRow key={version.number} image={image} version={version} current={version.number === current} />
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Section>
  );
}

function VersionRow({ image, version, current }: { image: string; version: Version; current: boolean }) {
  const names = useNames();
  const { number } = version;
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={500}>
        {number}. {version.comment}{' '}
        {current && (
          <Badge size="xs" variant="default">
            {t`Current`}
          </Badge>
        )}
        {version.used_by.length > 0 && (
          <Text size="xs" c="dimmed">
            {t`Under ${version.used_by.map((user) => withNames(user, names)).join(', ')}`}
          </Text>
        )}
      </Table.Th>
      <Table.Td className={table.wide}>{formatTime(version.created)}</Table.Td>
      <Table.Td className={table.number}>{formatBytes(version.allocated)}</Table.Td>
      <Table.Td>
        <WriteOnly>
          <Group gap="xs" justify="flex-end">
            <DownloadDisk disk={imageDisk(image, number)} size="compact-xs" label={t`Download version ${number}`} />
            <Button size="compact-xs" variant="default" aria-label={t`Clone version ${number}`} onClick={() => askForClone(image, number)}>
              {t`Clone`}
            </Button>
            {!current && (
              <>
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-label={t`Go back to version ${number}`}
                  onClick={() => askForPublication(image, number)}
                >
                  {t`Go back`}
                </Button>
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-label={t`Remove version ${number}`}
                  onClick={() => askToRemoveVersion(image, number)}
                >
                  {t`Remove`}
                </Button>
              </>
            )}
          </Group>
        </WriteOnly>
      </Table.Td>
    </Table.Tr>
  );
}
