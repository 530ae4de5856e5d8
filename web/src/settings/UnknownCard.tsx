// SPDX-License-Identifier: Apache-2.0
import { Button, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { WriteOnly } from '../access/WriteOnly';
import { changeDefault } from '../api/changes';
import { useDefaults, useNames } from '../api/queries';
import type { Assignment } from '../api/types';
import { AssignmentDialog } from '../entries/AssignmentDialog';
import { assignmentKinds, describeAssignment } from '../entries/assignments';
import { Card, CardBody } from '../shared/Section';

const kinds = assignmentKinds.filter((kind) => kind !== 'client');

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
      <AssignmentDialog
        title={t`Unknown machines`}
        label={t`What they get`}
        kinds={kinds}
        given={seen}
        save={(wanted) => changeDefault(wanted, seen ?? wanted)}
        onClose={() => setSeen(null)}
      />
    </Card>
  );
}
