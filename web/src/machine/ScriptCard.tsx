// SPDX-License-Identifier: Apache-2.0
import { Button, Code, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useMutation } from '@tanstack/react-query';
import { readScript } from '../api/changes';
import { tellError } from '../api/problem';
import { Failure } from '../shared/Failure';
import { Card, CardBody } from '../shared/Section';

/** The boot script that the machine would get now, without its secrets. Looking at it uses nothing up. */
export function ScriptCard({ mac }: { mac: string }) {
  const look = useMutation({ mutationFn: () => readScript(mac) });
  const failure = tellError(look.error);
  return (
    <Card
      title={t`Boot script`}
      actions={
        <Button size="xs" variant="default" loading={look.isPending} onClick={() => look.mutate()}>
          {look.data === undefined ? t`Show it` : t`Show it again`}
        </Button>
      }
    >
      {(failure !== null || look.data !== undefined) && (
        <CardBody>
          <Failure text={failure} />
          {look.data !== undefined && (
            <>
              <Text size="sm" mb="xs">
                {look.data.text}
              </Text>
              <Code block tabIndex={0} aria-label={t`Boot script`}>
                {look.data.script}
              </Code>
            </>
          )}
        </CardBody>
      )}
    </Card>
  );
}
