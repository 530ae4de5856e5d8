// SPDX-License-Identifier: Apache-2.0
import { Button, Stack, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useMutation } from '@tanstack/react-query';
import { useEffect } from 'react';
import { runFirstCheck } from '../api/changes';
import { tellError } from '../api/problem';
import type { CheckLine } from '../api/types';
import { findingOf } from '../network/CheckCard';
import { Failure } from '../shared/Failure';
import { FindingList } from '../shared/FindingList';
import { codeOfAddress } from './first_code';

/** What stands in the way of the first boot, before there is a password: the self-test, opened by the code. */
export function PreFlight({ code }: { code: string }) {
  const { mutate, isPending, data, error } = useMutation({ mutationFn: runFirstCheck });
  useEffect(() => {
    if (codeOfAddress !== '') mutate(codeOfAddress);
  }, [mutate]);
  const of = (wanted: CheckLine['verdict']) => data?.lines.filter(({ verdict }) => verdict === wanted) ?? [];
  const faults = [...of('fail'), ...of('warn')];
  const failure = tellError(error);
  return (
    <Stack gap="sm" component="section" aria-label={t`Self-test`}>
      <Button variant="default" disabled={code === ''} loading={isPending} onClick={() => mutate(code)}>
        {data === undefined ? t`Can machines boot here? Look` : t`Look again`}
      </Button>
      <Failure text={failure} />
      {data !== undefined && (
        <div role="status">
          <Text size="sm" mb={faults.length > 0 ? 'xs' : 0}>
            {faults.length === 0
              ? t`Nothing stands in the way: machines can boot.`
              : t`${data.lines.length - faults.length} of ${data.lines.length} are right. The others:`}
          </Text>
          <FindingList findings={faults.map(findingOf)} />
        </div>
      )}
    </Stack>
  );
}
