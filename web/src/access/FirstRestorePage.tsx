// SPDX-License-Identifier: Apache-2.0
import { Button, FileInput, Text, TextInput } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { tellError } from '../api/problem';
import { restoreBackup, type RestoreVerdict } from '../api/state_files';
import { describeBackup, restoreAndReload } from '../settings/BackupCard';
import { Door } from './Door';
import { codeOfAddress } from './first_code';

/** A new server in the place of one that had a backup: its users come back with it. */
export function FirstRestorePage({ onBack }: { onBack: () => void }) {
  const [code, setCode] = useState(codeOfAddress);
  const [file, setFile] = useState<File | null>(null);
  const [looked, setLooked] = useState<RestoreVerdict | null>(null);
  const restore = useMutation({
    mutationFn: async () => {
      if (file === null) return;
      if (looked === null) setLooked(await restoreBackup(file, true, code.trim()));
      else await restoreAndReload(file, code.trim());
    },
  });
  return (
    <Door
      title={t`Restore a backup`}
      text={t`The code stands on the server's console and in its log; "bootferry first-visit" shows it again. Users and passwords are those of the backup afterwards.`}
      action={looked === null ? t`Look at the backup` : t`Restore it`}
      ready={code.trim() !== '' && file !== null}
      busy={restore.isPending}
      failure={tellError(restore.error)}
      onSubmit={() => restore.mutate()}
      after={
        <Button variant="subtle" onClick={onBack}>
          {t`Choose a password instead`}
        </Button>
      }
    >
      <TextInput
        label={t`Code`}
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
        autoComplete="one-time-code"
        autoFocus
      />
      <FileInput
        label={t`Backup`}
        placeholder={t`Choose a file`}
        value={file}
        onChange={(chosen) => {
          setFile(chosen);
          setLooked(null);
        }}
      />
      {looked !== null && (
        <Text size="sm" role="status">
          {describeBackup(looked)}
        </Text>
      )}
    </Door>
  );
}
