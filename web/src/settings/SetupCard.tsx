// SPDX-License-Identifier: Apache-2.0
import { Button, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useIsAdmin } from '../access/me';
import { tellError } from '../api/problem';
import { applySetup, type SetupVerdict } from '../api/state_files';
import { download } from '../shared/download';
import { Failure } from '../shared/Failure';
import { FileButton } from '../shared/FileButton';
import { Card, CardBody } from '../shared/Section';
import { SetupDialog } from './SetupDialog';

/** What a person has set, as one file for another server or for a version control system. */
export function SetupCard() {
  const admin = useIsAdmin();
  const [looked, setLooked] = useState<{ file: File; verdict: SetupVerdict } | null>(null);
  const look = useMutation({
    mutationFn: async (file: File) => ({ file, verdict: await applySetup(file, true) }),
    onSuccess: setLooked,
  });
  if (!admin) return null;
  const failure = tellError(look.error);
  return (
    <Card
      title={t`Export and apply`}
      actions={
        <>
          <Button size="xs" variant="default" onClick={() => void download('export', 'bootferry.json')}>
            {t`Download the file`}
          </Button>
          <FileButton label={t`Apply a file…`} busy={look.isPending} onFile={look.mutate} />
        </>
      }
    >
      <CardBody>
        <Text size="sm">
          {t`Machines, groups, rules and templates as one file (JSON), without secrets and without disks. You see what would change before anything is changed; what the file does not name stays.`}
        </Text>
        <Failure text={failure} mt="sm" />
      </CardBody>
      <SetupDialog looked={looked} onClose={() => setLooked(null)} />
    </Card>
  );
}
