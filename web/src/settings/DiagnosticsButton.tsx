// SPDX-License-Identifier: Apache-2.0
import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { t } from '@lingui/core/macro';
import { useMutation } from '@tanstack/react-query';
import { tellError } from '../api/problem';
import { readDiagnostics } from '../api/state_files';
import { copyText } from '../shared/copy';
import { save } from '../shared/download';

/** What a stranger needs who helps, for an issue or a forum. */
export function DiagnosticsButton() {
  const copying = useMutation({
    mutationFn: async () => {
      const text = await readDiagnostics();
      const copied = await copyText(text);
      if (!copied) save(new Blob([text], { type: 'text/plain' }), 'bootferry-diagnostics.txt');
      return copied;
    },
    onSuccess: (copied) =>
      notifications.show({
        message: copied
          ? t`Copied. Secrets are not in it, and machines and people have other names.`
          : t`Saved as a file: this browser keeps the clipboard for pages over HTTPS. Secrets are not in it.`,
      }),
    onError: (error) => {
      const message = tellError(error);
      if (message !== null) notifications.show({ color: 'red', message });
    },
  });
  return (
    <Button size="xs" variant="default" loading={copying.isPending} onClick={() => copying.mutate()}>
      {t`Copy diagnostics`}
    </Button>
  );
}
