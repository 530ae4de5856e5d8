// SPDX-License-Identifier: Apache-2.0
import { Button } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { WriteOnly } from '../access/WriteOnly';
import type { Access, Client } from '../api/types';
import { Facts } from '../shared/Facts';
import { Card, CardBody } from '../shared/Section';
import { AccessDialog } from './AccessDialog';
import { authLabel } from './auth_words';

/** Who may open the machine's disks over iSCSI, and how he shows that he is it. */
export function AccessCard({ client: { mac, access } }: { client: Client }) {
  // What the person sees when he begins; others may change it meanwhile.
  const [seen, setSeen] = useState<Access | null>(null);
  return (
    <Card
      title={t`Access to its disks`}
      actions={
        <WriteOnly>
          <Button size="xs" variant="default" aria-haspopup="dialog" onClick={() => setSeen(access)}>
            {t`Change the access`}
          </Button>
        </WriteOnly>
      }
    >
      <CardBody>
        <Facts
          facts={[
            [t`Proof`, authLabel(access.auth)],
            [t`Initiator`, access.initiator ?? t`its own name`],
            [t`User`, access.user],
            [t`From`, access.from ?? t`anywhere`],
          ]}
        />
      </CardBody>
      <AccessDialog mac={mac} access={seen} onClose={() => setSeen(null)} />
    </Card>
  );
}
