// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Loader, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { WriteOnly } from '../access/WriteOnly';
import { useState } from 'react';
import { repairImage } from '../api/changes';
import { tellError } from '../api/problem';
import { useCheck } from '../api/queries';
import type { Finding } from '../api/types';
import { ask } from '../shared/ask';
import { Failure } from '../shared/Failure';
import { FindingList } from '../shared/FindingList';
import { Card, CardBody } from '../shared/Section';
import { said } from '../shared/server_words';
import { describeKind, severityOf } from './describe_image';

/** What a look into the image found, and what can be mended. */
export function CheckCard({ image }: { image: string }) {
  const { data: check, error, isFetching, refetch } = useCheck(image, true);
  const [mended, setMended] = useState<Finding[]>([]);
  const failure = tellError(error);
  const repairable = check?.findings.some((finding) => finding.repairable) ?? false;

  const askForRepair = () =>
    ask({
      title: t`Repair ${image}?`,
      text: t`What is marked so is mended in the image itself. No machine may have it open.`,
      action: t`Repair`,
      run: async () => {
        setMended((await repairImage(image)).mended ?? []);
        await refetch();
      },
    });

  return (
    <Card
      title={t`Check`}
      actions={
        <>
          {isFetching && <Loader size="xs" aria-label={t`Reading the image`} />}
          {repairable && (
            <WriteOnly>
              <Button size="xs" onClick={askForRepair}>
                {t`Repair`}
              </Button>
            </WriteOnly>
          )}
          <Button size="xs" variant="default" disabled={isFetching} onClick={() => void refetch()}>
            {t`Check again`}
          </Button>
        </>
      }
    >
      <CardBody>
        <Failure text={failure} />
        {check !== undefined && failure === null && (
          <>
            <Text size="sm" mb="xs">{t`The image is ${describeKind(check.kind)}.`}</Text>
            <FindingList findings={check.findings.map((finding) => ({ ...finding, ...severityOf(finding.severity) }))} />
          </>
        )}
        {mended.length > 0 && (
          <Alert color="green" title={t`Mended`} mt="sm">
            {mended.map((finding) => said(finding.sentence)).join(' ')}
          </Alert>
        )}
      </CardBody>
    </Card>
  );
}
