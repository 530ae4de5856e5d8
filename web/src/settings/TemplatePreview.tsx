// SPDX-License-Identifier: Apache-2.0
import { Code, NativeSelect, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { useMayWriteUnasked } from '../access/me';
import { useClients, useTemplatePreview } from '../api/queries';
import { titleOf } from '../machines/describe';

const pauseMilliseconds = 400;

/** What a machine would get from the text, made anew when typing stops. */
export function usePreview(name: string, text: string) {
  const clients = useClients().data ?? [];
  const [chosen, setMac] = useState<string | null>(null);
  const [settled] = useDebouncedValue(text, pauseMilliseconds);
  const mac = chosen ?? (clients.find(({ known }) => known) ?? clients[0])?.mac ?? null;
  const { data, error } = useTemplatePreview(name, useMayWriteUnasked() ? mac : null, settled);
  return { clients, mac, setMac, data, error };
}

/** Whose script, and the script. What is wrong with the text is told by the dialog. */
export function TemplatePreview({ clients, mac, setMac, data }: ReturnType<typeof usePreview>) {
  if (mac === null) return null;
  return (
    <Stack gap="xs">
      <NativeSelect
        label={t`Preview for`}
        value={mac}
        onChange={(event) => setMac(event.currentTarget.value)}
        data={clients.map((client) => ({ value: client.mac, label: titleOf(client) }))}
      />
      {data !== undefined && (
        <>
          {!data.used && <Text size="sm">{t`This machine's boot uses the template ${data.uses} now.`}</Text>}
          {data.made_up && <Text size="sm">{t`It has no boot of this kind: values that it lacks are examples.`}</Text>}
          <Code block tabIndex={0} aria-label={t`Boot script`} mah={320} style={{ overflow: 'auto' }}>
            {data.script}
          </Code>
        </>
      )}
    </Stack>
  );
}
