// SPDX-License-Identifier: Apache-2.0
import { Badge, Button, Group, Progress, Stack, Table, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { WriteOnly } from '../access/WriteOnly';
import { discardOverlay, removeSnapshot, rollBack } from '../api/changes';
import { overlayDisk } from '../api/disks';
import type { Overlay, Snapshot } from '../api/types';
import { driveModeLabel } from '../assign/drive_modes';
import { Ago } from '../shared/Ago';
import { ask } from '../shared/ask';
import { DownloadDisk } from '../shared/DownloadDisk';
import { Facts } from '../shared/Facts';
import { formatBytes, formatTime } from '../shared/format';
import { Card, CardBody } from '../shared/Section';
import table from '../shared/table.module.css';
import { askForApply, askForClone, askForGrowth, askForRebase, askForSnapshot } from './overlay_questions';

/** What a machine has changed on an image, and what can become of it. */
export function OverlayCard({ overlay }: { overlay: Overlay }) {
  const shut = overlay.in_use;
  const disk = overlayDisk(overlay);
  return (
    <Card
      title={t`Changes to ${overlay.image}`}
      actions={
        <>
          <Badge variant="default" size="sm">
            {driveModeLabel(overlay.mode)}
          </Badge>
          {overlay.behind && (
            <Badge variant="outline" color="var(--bf-busy-text)" size="sm">
              {t`Behind`}
            </Badge>
          )}
        </>
      }
    >
      <CardBody>
        <Stack gap="md">
          <Facts
            facts={[
              [
                t`Based on`,
                overlay.behind
                  ? t`version ${overlay.version}; the current one is ${overlay.current_version}`
                  : t`version ${overlay.version}`,
              ],
              [t`Size`, formatBytes(overlay.size)],
              [t`Changes on disk`, <Changes key="changes" overlay={overlay} />],
              [t`Made`, <Ago key="made" time={overlay.created} />],
            ]}
          />
          {shut && (
            <Text size="sm" c="dimmed">
              {t`The machine has it open: shut it down to change what is below.`}
            </Text>
          )}
          <WriteOnly>
            <Group gap="xs">
              <Button size="xs" variant="default" disabled={shut} onClick={() => askForSnapshot(overlay)}>
                {t`Snapshot`}
              </Button>
              <Button size="xs" variant="default" disabled={shut || overlay.behind} onClick={() => askForApply(overlay)}>
                {t`Apply to the image`}
              </Button>
              {overlay.behind && (
                <Button size="xs" disabled={shut} onClick={() => askForRebase(overlay)}>
                  {t`Rebase`}
                </Button>
              )}
              <Button size="xs" variant="default" disabled={shut} onClick={() => askForClone(overlay)}>
                {t`Clone`}
              </Button>
              <Button size="xs" variant="default" onClick={() => askForGrowth(overlay)}>
                {t`Grow`}
              </Button>
              <DownloadDisk disk={disk} size="xs" disabled={shut} label={t`Download the disk with its changes`} />
              <Button size="xs" variant="default" c="var(--mantine-color-error)" disabled={shut} onClick={() => askToDiscard(overlay)}>
                {t`Discard`}
              </Button>
            </Group>
          </WriteOnly>
        </Stack>
      </CardBody>
      {overlay.snapshots.length > 0 && <Snapshots overlay={overlay} />}
    </Card>
  );
}

function Changes({ overlay: { allocated, quota } }: { overlay: Overlay }) {
  if (quota === null) return formatBytes(allocated);
  const used = (100 * allocated) / quota;
  return (
    <>
      {t`${formatBytes(allocated)} of ${formatBytes(quota)}`}
      <Progress
        value={used}
        color={used >= 90 ? 'var(--bf-bad)' : undefined}
        size="sm"
        mt={4}
        maw={240}
        aria-label={t`Used of the quota`}
      />
    </>
  );
}

function Snapshots({ overlay }: { overlay: Overlay }) {
  return (
    <Table horizontalSpacing="md" verticalSpacing="xs" className={table.table}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t`Snapshot`}</Table.Th>
          <Table.Th scope="col" className={table.wide}>{t`Taken`}</Table.Th>
          <Table.Th scope="col" className={table.number}>{t`On disk`}</Table.Th>
          <Table.Th scope="col" className={table.number}>{t`Actions`}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {overlay.snapshots.map((snapshot) => (
          <Table.Tr key={snapshot.number}>
            <Table.Th scope="row" fw={500}>
              {snapshot.number}. {snapshot.comment}
            </Table.Th>
            <Table.Td className={table.wide}>{formatTime(snapshot.created)}</Table.Td>
            <Table.Td className={table.number}>{formatBytes(snapshot.allocated)}</Table.Td>
            <Table.Td>
              <WriteOnly>
                <Group gap="xs" justify="flex-end">
                  <Button
                    size="compact-xs"
                    variant="default"
                    disabled={overlay.in_use}
                    aria-label={t`Roll back to snapshot ${snapshot.number}`}
                    onClick={() => askToRollBack(overlay, snapshot)}
                  >
                    {t`Roll back`}
                  </Button>
                  <Button
                    size="compact-xs"
                    variant="default"
                    disabled={overlay.in_use}
                    aria-label={t`Remove snapshot ${snapshot.number}`}
                    onClick={() => askToRemoveSnapshot(overlay, snapshot)}
                  >
                    {t`Remove`}
                  </Button>
                </Group>
              </WriteOnly>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function askToDiscard(overlay: Overlay): void {
  ask({
    title: t`Discard the changes to ${overlay.image}?`,
    text: t`They and their snapshots are gone for good. The next boot begins with the image as it is.`,
    action: t`Discard`,
    danger: true,
    run: () => discardOverlay(overlay),
  });
}

function askToRollBack(overlay: Overlay, { number, comment }: Snapshot): void {
  ask({
    title: t`Roll back to snapshot ${number}?`,
    text: t`The drive becomes what it was then (${comment}). What was written since is gone, unless you take a snapshot first.`,
    action: t`Roll back`,
    danger: true,
    done: t`Rolled back to snapshot ${number}.`,
    run: () => rollBack(overlay, number),
  });
}

function askToRemoveSnapshot(overlay: Overlay, { number, comment }: Snapshot): void {
  ask({
    title: t`Remove snapshot ${number}?`,
    text: t`It cannot be gone back to any more (${comment}). The drive as it is now does not change.`,
    action: t`Remove`,
    danger: true,
    run: () => removeSnapshot(overlay, number),
  });
}
