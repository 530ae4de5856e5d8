// SPDX-License-Identifier: Apache-2.0
import { t } from '@lingui/core/macro';
import { Card, CardBody } from '../shared/Section';
import { AboutCard } from './AboutCard';
import { LookCard } from './LookCard';

export function SettingsPage() {
  return (
    <>
      <Card title={t`Settings`} order={1}>
        <CardBody>
          <LookCard />
        </CardBody>
      </Card>
      <AboutCard />
    </>
  );
}
