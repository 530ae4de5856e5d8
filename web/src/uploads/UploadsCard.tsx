// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Progress, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { WriteOnly } from '../access/WriteOnly';
import { useSyncExternalStore } from 'react';
import { useUploads } from '../api/queries';
import type { Upload } from '../api/types';
import classes from '../images/JobsCard.module.css';
import { ask } from '../shared/ask';
import { formatBytes, formatPercent } from '../shared/format';
import { Card, CardBody } from '../shared/Section';
import { type Transfer, uploader } from './uploader';

/** Files on their way: those of this tab, and those that the server still waits for. */
export function UploadsCard() {
  const transfers = useSyncExternalStore(uploader.subscribe, uploader.transfers);
  const waiting = (useUploads().data ?? []).filter(({ id }) => transfers.every((one) => one.id !== id));
  if (transfers.length === 0 && waiting.length === 0) return null;
  return (
    <Card title={t`Uploads`}>
      <CardBody>
        <ul className={classes.jobs}>
          {transfers.map((transfer) => (
            <TransferRow key={transfer.id} transfer={transfer} />
          ))}
          {waiting.map((upload) => (
            <WaitingRow key={upload.id} upload={upload} />
          ))}
        </ul>
      </CardBody>
    </Card>
  );
}

function TransferRow({ transfer: { id, image, fileName, sent, total, state, error } }: { transfer: Transfer }) {
  return (
    <li>
      <Group justify="space-between" gap="xs">
        <Text size="sm">
          <b>{image}</b> · {fileName}
        </Text>
        <Group gap="xs">
          <Text size="xs" c="dimmed">
            {formatBytes(sent)} / {formatBytes(total)}, {state === 'paused' ? t`paused` : formatPercent(sent, total)}
          </Text>
          {state === 'sending' ? (
            <Button
              size="compact-xs"
              variant="default"
              aria-label={t`Pause the upload of ${image}`}
              onClick={() => void uploader.pause(id)}
            >
              {t`Pause`}
            </Button>
          ) : (
            <Button size="compact-xs" aria-label={t`Go on with the upload of ${image}`} onClick={() => uploader.resume(id)}>
              {t`Go on`}
            </Button>
          )}
          <RemoveButton id={id} image={image} />
        </Group>
      </Group>
      <Progress value={(100 * sent) / Math.max(1, total)} size="sm" mt={4} aria-label={t`Progress of the upload of ${image}`} />
      {error !== null && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {error}
        </Text>
      )}
    </li>
  );
}

function WaitingRow({ upload: { id, image, file_name, offset, length } }: { upload: Upload }) {
  return (
    <li>
      <Group justify="space-between" gap="xs">
        <Text size="sm">
          <b>{image}</b> · {file_name}
        </Text>
        <Group gap="xs">
          <Text size="xs" c="dimmed">
            {t`${formatPercent(offset, length)} of ${formatBytes(length)} has arrived. Choose the same file and name again to go on.`}
          </Text>
          <RemoveButton id={id} image={image} />
        </Group>
      </Group>
    </li>
  );
}

function RemoveButton({ id, image }: { id: string; image: string }) {
  const remove = () =>
    ask({
      title: t`Remove the upload of ${image}?`,
      text: t`What has arrived of it is removed.`,
      action: t`Remove`,
      danger: true,
      run: () => uploader.remove(id),
    });
  return (
    <WriteOnly>
      <Button size="compact-xs" variant="default" aria-label={t`Remove the upload of ${image}`} onClick={remove}>
        {t`Remove`}
      </Button>
    </WriteOnly>
  );
}
