// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { changeTemplate, removeTemplate } from '../api/changes';
import { tellError } from '../api/problem';
import { useTemplate } from '../api/queries';
import type { Template } from '../api/types';
import { Failure } from '../shared/Failure';
import { TemplatePreview, usePreview } from './TemplatePreview';

export function TemplateDialog({ name, onClose }: { name: string | null; onClose: () => void }) {
  const { data } = useTemplate(name);
  return (
    <Modal
      opened={name !== null}
      onClose={onClose}
      title={t`Template ${name ?? ''}`}
      closeButtonProps={{ 'aria-label': t`Close` }}
      size="xl"
    >
      {data?.name === name && data !== undefined && <TemplateForm key={data.name} template={data} onClose={onClose} />}
    </Modal>
  );
}

function TemplateForm({ template: { name, own, text: given, built_in }, onClose }: { template: Template; onClose: () => void }) {
  const [text, setText] = useState(given);
  const save = useMutation({ mutationFn: () => changeTemplate(name, text, given), onSuccess: onClose });
  const reset = useMutation({ mutationFn: () => removeTemplate(name), onSuccess: onClose });
  const preview = usePreview(name, text);
  const failure = tellError(save.error) ?? tellError(reset.error) ?? tellError(preview.error);
  const change = (wanted: string) => {
    save.reset();
    setText(wanted);
  };
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        {t`It is tried before it is kept.`}
      </Text>
      <Textarea
        aria-label={t`Text of the template`}
        value={text}
        onChange={(event) => change(event.currentTarget.value)}
        autosize
        minRows={12}
        maxRows={26}
        spellCheck={false}
        classNames={{ input: 'mono' }}
      />
      <Failure text={failure} />
      <TemplatePreview {...preview} />
      <Group justify="flex-end" gap="sm">
        {own && (
          <Button variant="default" loading={reset.isPending} onClick={() => reset.mutate()}>
            {t`Use the built-in one again`}
          </Button>
        )}
        {!own && text !== built_in && (
          <Button variant="default" onClick={() => change(built_in)}>
            {t`As it was`}
          </Button>
        )}
        <Button disabled={text === given} loading={save.isPending} onClick={() => save.mutate()}>
          {t`Save`}
        </Button>
      </Group>
    </Stack>
  );
}
