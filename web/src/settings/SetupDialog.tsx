// SPDX-License-Identifier: Apache-2.0
import { Alert, Badge, Button, Group, Modal, ScrollArea, Stack, Table, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { t } from '@lingui/core/macro';
import { useMutation } from '@tanstack/react-query';
import { tellError } from '../api/problem';
import { applySetup, type SetupChange, type SetupVerdict } from '../api/state_files';
import { Failure } from '../shared/Failure';
import table from '../shared/table.module.css';

interface SetupDialogProps {
  /** what a dry run said of the file; null: closed */
  looked: { file: File; verdict: SetupVerdict } | null;
  onClose: () => void;
}

/** What a file would change; then changes it. */
export function SetupDialog({ looked, onClose }: SetupDialogProps) {
  const name = looked?.file.name ?? '';
  return (
    <Modal
      opened={looked !== null}
      onClose={onClose}
      title={t`What ${name} would change`}
      closeButtonProps={{ 'aria-label': t`Close` }}
      size="lg"
      centered
    >
      {looked !== null && <Verdict key={looked.file.name} {...looked} onClose={onClose} />}
    </Modal>
  );
}

function Verdict({ file, verdict, onClose }: { file: File; verdict: SetupVerdict; onClose: () => void }) {
  const apply = useMutation({
    mutationFn: () => applySetup(file, false),
    onSuccess: () => {
      notifications.show({ message: t`The file was applied.` });
      onClose();
    },
  });
  const news = verdict.changes.filter(({ change }) => change !== 'same');
  const same = verdict.changes.length - news.length;
  const failure = tellError(apply.error);
  return (
    <Stack gap="md">
      {news.length > 0 && <Changes changes={news} />}
      <Text size="sm" c="dimmed">
        {news.length === 0 ? t`Nothing: all of it is set already.` : t`The same as now: ${same}`}
      </Text>
      {verdict.refused && (
        <Alert color="red" role="alert">
          {t`Nothing is changed while something is refused. Mend it, and choose the file again.`}
        </Alert>
      )}
      <Failure text={failure} />
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={onClose}>
          {t`Cancel`}
        </Button>
        <Button disabled={verdict.refused || news.length === 0} loading={apply.isPending} onClick={() => apply.mutate()}>
          {t`Apply`}
        </Button>
      </Group>
    </Stack>
  );
}

function Changes({ changes }: { changes: readonly SetupChange[] }) {
  return (
    <ScrollArea.Autosize mah="50vh" type="auto" viewportProps={{ tabIndex: 0, 'aria-label': t`Changes` }}>
      <Table horizontalSpacing="sm" verticalSpacing="xs" className={table.table}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t`What`}</Table.Th>
            <Table.Th scope="col">{t`Name`}</Table.Th>
            <Table.Th scope="col">{t`Change`}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {changes.map(({ what, name, change, why }, index) => (
            <Table.Tr key={`${what} ${name} ${index}`}>
              <Table.Td>{whatWord(what)}</Table.Td>
              <Table.Th scope="row" fw={500}>
                {name}
              </Table.Th>
              <Table.Td>
                <Badge size="sm" variant={change === 'refused' ? 'filled' : 'default'} color="var(--bf-danger)">
                  {changeWord(change)}
                </Badge>
                {why !== null && <Text size="xs">{why}</Text>}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea.Autosize>
  );
}

function whatWord(what: SetupChange['what']): string {
  switch (what) {
    case 'image':
      return t`Image`;
    case 'group':
      return t`Group`;
    case 'client':
      return t`Machine`;
    case 'rules':
      return t`Rules`;
    case 'default':
      return t`Unknown machines`;
    case 'template':
      return t`Template`;
  }
}

function changeWord(change: SetupChange['change']): string {
  switch (change) {
    case 'create':
      return t`new`;
    case 'update':
      return t`changed`;
    case 'same':
      return t`the same`;
    case 'refused':
      return t`refused`;
    case 'skipped':
      return t`left out`;
  }
}
