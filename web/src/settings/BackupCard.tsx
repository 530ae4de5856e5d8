// SPDX-License-Identifier: Apache-2.0
import { Button, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useMutation } from '@tanstack/react-query';
import { useIsAdmin } from '../access/me';
import { tellError } from '../api/problem';
import { restoreBackup, type RestoreVerdict, waitForRestart, whenStarted } from '../api/state_files';
import { ask } from '../shared/ask';
import { download } from '../shared/download';
import { Failure } from '../shared/Failure';
import { FileButton } from '../shared/FileButton';
import { formatTime } from '../shared/format';
import { Card, CardBody } from '../shared/Section';

/** All that was set, secrets too, to come back to on this server or another. */
export function BackupCard() {
  const admin = useIsAdmin();
  const look = useMutation({
    mutationFn: async (file: File) => ({ file, verdict: await restoreBackup(file, true) }),
    onSuccess: ({ file, verdict }) => askToRestore(file, verdict),
  });
  if (!admin) return null;
  const failure = tellError(look.error);
  return (
    <Card
      title={t`Backup`}
      actions={
        <>
          <Button size="xs" variant="default" onClick={() => void download('backup', backupName())}>
            {t`Download a backup`}
          </Button>
          <FileButton label={t`Restore a backup…`} busy={look.isPending} onFile={look.mutate} />
        </>
      }
    >
      <CardBody>
        <Text size="sm">
          {t`Machines, the list of images, leases, users and secrets in one file; not the disks. Keep it as safe as the secrets in it.`}
        </Text>
        <Failure text={failure} mt="sm" />
      </CardBody>
    </Card>
  );
}

function backupName(): string {
  return `bootferry-${new Date().toISOString().slice(0, 10)}.backup`;
}

/** Of when it is, and how much is in it. */
export function describeBackup({ made, clients, images, left_out }: RestoreVerdict): string {
  const time = formatTime(made);
  const words = t`The backup is of ${time}. Machines in it: ${clients}, images: ${images}.`;
  return left_out.length === 0 ? words : `${words} ${t`The settings file in it is left out: only root puts it back.`}`;
}

/** Goes back, waits until the server has begun anew, and begins anew itself: who is logged in may be another question then. */
export async function restoreAndReload(file: File, code?: string): Promise<void> {
  const before = await whenStarted();
  await restoreBackup(file, false, code);
  await waitForRestart(before);
  location.reload();
}

function askToRestore(file: File, verdict: RestoreVerdict): void {
  const { name } = file;
  ask({
    title: t`Restore ${name}?`,
    text: `${describeBackup(verdict)} ${t`All that was set since then is undone, and the server begins anew: running machines wait a few seconds.`}`,
    action: t`Restore`,
    danger: true,
    run: () => restoreAndReload(file),
  });
}
