// SPDX-License-Identifier: Apache-2.0
import { Button, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { WriteOnly } from '../access/WriteOnly';
import { useDefaults, useNames } from '../api/queries';
import type { Assignment } from '../api/types';
import { Card, CardBody } from '../shared/Section';
import { describeAssignment } from './assignments';
import { UnknownDialog } from './UnknownDialog';

/** What machines get that nobody has given anything. */
export function UnknownCard() {
  const { data } = useDefaults();
  const names = useNames();
  // What the person sees when he begins; others may change it meanwhile.
  const [seen, setSeen] = useState<Assignment | null>(null);
  if (data === undefined) return null;
  return (
    <Card
      title={t`Unknown machines`}
      actions={
        <WriteOnly>
          <Button size="xs" variant="default" aria-haspopup="dialog" onClick={() => setSeen(data.unknown)}>
            {t`Change what they get`}
          </Button>
        </WriteOnly>
      }
    >
      <CardBody>
        <Text size="sm" c="dimmed">
          {t`What machines get that nobody has given anything`}
        </Text>
        <Text size="sm" fw={600}>
          {describeAssignment(data.unknown, names)}
        </Text>
      </CardBody>
      <UnknownDialog seen={seen} onClose={() => setSeen(null)} />
    </Card>
  );
}
