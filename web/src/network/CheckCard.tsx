// SPDX-License-Identifier: Apache-2.0
import { Button, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useMutation } from '@tanstack/react-query';
import { WriteOnly } from '../access/WriteOnly';
import { runSelfTest } from '../api/changes';
import { tellError } from '../api/problem';
import type { CheckLine } from '../api/types';
import type { Tone } from '../shared/Dot';
import { Failure } from '../shared/Failure';
import { FindingList, type ShownFinding } from '../shared/FindingList';
import { Card, CardBody } from '../shared/Section';

/** Bootferry asks itself what a booting machine would ask, and says what to do about each red line. */
export function CheckCard() {
  const run = useMutation({ mutationFn: runSelfTest });
  const failure = tellError(run.error);
  return (
    <Card
      title={t`Self-test`}
      actions={
        <WriteOnly>
          <Button size="xs" variant="default" loading={run.isPending} onClick={() => run.mutate()}>
            {run.data === undefined ? t`Run it` : t`Run it again`}
          </Button>
        </WriteOnly>
      }
    >
      <CardBody>
        <Failure text={failure} />
        {run.data === undefined ? (
          <Text size="sm" c="dimmed">
            {t`Bootferry asks itself what a booting machine would ask: addresses, loaders, scripts, disks. It takes a few seconds.`}
          </Text>
        ) : (
          <FindingList findings={run.data.lines.map(findingOf)} />
        )}
      </CardBody>
    </Card>
  );
}

export function findingOf({ id, text, mend, verdict }: CheckLine): ShownFinding {
  return { code: id, sentence: text, mend: mend ?? '', ...verdictOf(verdict) };
}

function verdictOf(verdict: CheckLine['verdict']): { word: string; tone: Tone } {
  switch (verdict) {
    case 'ok':
      return { word: t`Right`, tone: 'good' };
    case 'warn':
      return { word: t`Warning`, tone: 'busy' };
    case 'fail':
      return { word: t`Error`, tone: 'bad' };
  }
}
