// SPDX-License-Identifier: Apache-2.0
import { t } from '@lingui/core/macro';
import { Card, CardBody } from '../shared/Section';
import { AboutCard } from './AboutCard';
import { BackupCard } from './BackupCard';
import { GroupsCard } from './GroupsCard';
import { LoadersCard } from './LoadersCard';
import { LoginsCard } from './LoginsCard';
import { LookCard } from './LookCard';
import { RulesCard } from './RulesCard';
import { SetupCard } from './SetupCard';
import { TemplatesCard } from './TemplatesCard';
import { TokensCard } from './TokensCard';
import { UnknownCard } from './UnknownCard';
import { UsersCard } from './UsersCard';
import { WebhooksCard } from './WebhooksCard';

export function SettingsPage() {
  return (
    <>
      <Card title={t`Settings`} order={1}>
        <CardBody>
          <LookCard />
        </CardBody>
      </Card>
      <UnknownCard />
      <GroupsCard />
      <RulesCard />
      <TemplatesCard />
      <UsersCard />
      <TokensCard />
      <LoginsCard />
      <WebhooksCard />
      <SetupCard />
      <BackupCard />
      <LoadersCard />
      <AboutCard />
    </>
  );
}
