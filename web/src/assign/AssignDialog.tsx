// SPDX-License-Identifier: Apache-2.0
import { Button, Divider, Group, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { t } from '@lingui/core/macro';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { assign } from '../api/changes';
import { tellError } from '../api/problem';
import { useImages } from '../api/queries';
import type { Boot, Client, DriveMode } from '../api/types';
import { describeBoot, titleOf } from '../machines/describe';
import { ask } from '../shared/ask';
import { Failure } from '../shared/Failure';
import { bootOf, firstDrive, kindOf } from './boot_of_image';
import { DriveEditor } from './DriveEditor';
import { ImageChoice } from './ImageChoice';
import { ModeChoice } from './ModeChoice';
import { whatIsLost } from './what_is_lost';

/** What shall this machine boot? A click on an image answers; the rest is for those who want more. */
export function AssignDialog({ client, onClose }: { client: Client | undefined; onClose: () => void }) {
  return (
    <Modal
      opened={client !== undefined}
      onClose={onClose}
      title={client === undefined ? '' : t`What shall ${titleOf(client)} boot?`}
      closeButtonProps={{ 'aria-label': t`Close` }}
      size="lg"
    >
      {client !== undefined && <Choices key={client.mac} client={client} onClose={onClose} />}
    </Modal>
  );
}

function Choices({ client, onClose }: { client: Client; onClose: () => void }) {
  const images = useImages().data ?? [];
  const assigning = useMutation({ mutationFn: (boot: Boot) => assign(client.mac, boot) });
  const drives = client.boot.kind === 'disks' ? client.boot.drives : [];
  const [mode, setMode] = useState<DriveMode>(firstDrive(client.boot)?.mode ?? 'master');
  const [several, setSeveral] = useState(drives.length > 1);
  // Hard disks, and whatever it has as such already.
  const disks = images.filter((image) => kindOf(image) === 'disk' || drives.some((drive) => drive.image === image.name));

  const choose = (boot: Boot) => {
    const lost = whatIsLost(client, boot);
    if (lost.length > 0) {
      onClose();
      askFirst(client, boot, lost);
      return;
    }
    assigning.mutate(boot, {
      onSuccess: (changed) => {
        notifications.show({ message: tellAssigned(changed) });
        onClose();
      },
    });
  };
  const failure = tellError(assigning.error);

  return (
    <Stack gap="md">
      <Failure text={failure} />
      {several ? (
        <DriveEditor images={disks} drives={drives} busy={assigning.isPending} onSave={(wanted) => choose({ kind: 'disks', drives: wanted })} />
      ) : (
        <>
          <ModeChoice mode={mode} onChange={setMode} />
          <ImageChoice
            client={client}
            images={images}
            busy={assigning.isPending}
            onChoose={(image) => choose(bootOf(image, mode))}
          />
        </>
      )}
      <Divider label={<Text size="xs">{t`or`}</Text>} />
      <Group gap="sm">
        <Button variant="default" size="sm" onClick={() => setSeveral(!several)} disabled={disks.length === 0}>
          {several ? t`One drive` : t`Several drives`}
        </Button>
        <Button
          variant="default"
          size="sm"
          disabled={assigning.isPending || client.boot.kind === 'local'}
          onClick={() => choose({ kind: 'local' })}
        >
          {t`Boot local disk`}
        </Button>
        {client.boot.kind !== 'wait' && (
          <Button variant="default" size="sm" disabled={assigning.isPending} onClick={() => choose({ kind: 'wait' })}>
            {t`Unassign and wait`}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

function askFirst(client: Client, boot: Boot, lost: string[]): void {
  ask({
    title: t`Change what ${titleOf(client)} boots?`,
    text: lost.join(' '),
    action: t`Change it`,
    danger: true,
    run: async () => notifications.show({ message: tellAssigned(await assign(client.mac, boot)) }),
  });
}

function tellAssigned(client: Client): string {
  if (client.boot.kind === 'wait') return t`${titleOf(client)} waits at its next boot.`;
  const what = client.boot.kind === 'local' ? t`its own disk` : describeBoot(client.boot);
  return client.state === 'waiting' ? t`${titleOf(client)} boots ${what} now.` : t`${titleOf(client)} boots ${what} from its next start on.`;
}
