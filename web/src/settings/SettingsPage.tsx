// SPDX-License-Identifier: Apache-2.0
import { t } from '@lingui/core/macro';
import type { ReactNode } from 'react';
import { isSomebody, useIsAdmin, useMe } from '../access/me';
import { Missing } from '../app/Missing';
import { Card } from '../shared/Section';
import { AboutCard } from './AboutCard';
import { BackupCard } from './BackupCard';
import { GroupsCard } from './GroupsCard';
import { LoadersCard } from './LoadersCard';
import { LoginsCard } from './LoginsCard';
import { LookCard } from './LookCard';
import { RulesCard } from './RulesCard';
import { SectionLinks } from './SectionLinks';
import { SetupCard } from './SetupCard';
import { TemplatesCard } from './TemplatesCard';
import { TokensCard } from './TokensCard';
import { UnknownCard } from './UnknownCard';
import { UsersCard } from './UsersCard';
import { WebhooksCard } from './WebhooksCard';

interface SettingsSection {
  /** in the address */
  name: string;
  title: string;
  /** others would see nothing in it */
  forWhom: 'anyone' | 'users' | 'admins';
  cards: ReactNode;
}

function allSections(): SettingsSection[] {
  return [
    { name: 'general', title: t`General`, forWhom: 'anyone', cards: <><LookCard /><LoadersCard /><AboutCard /></> },
    { name: 'machines', title: t`Machines`, forWhom: 'anyone', cards: <><UnknownCard /><GroupsCard /><RulesCard /><TemplatesCard /></> },
    { name: 'people', title: t`People`, forWhom: 'users', cards: <><UsersCard /><TokensCard /><LoginsCard /></> },
    { name: 'data', title: t`Data`, forWhom: 'admins', cards: <><SetupCard /><BackupCard /></> },
    { name: 'notifications', title: t`Notifications`, forWhom: 'admins', cards: <WebhooksCard /> },
  ];
}

/** What is set for all: one section at a time, each with an address of its own. */
export function SettingsPage({ section: wanted = 'general' }: { section: string | undefined }) {
  const mayEnter = { anyone: true, users: isSomebody(useMe().data), admins: useIsAdmin() };
  const sections = allSections().filter(({ forWhom }) => mayEnter[forWhom]);
  const section = sections.find(({ name }) => name === wanted);
  if (section === undefined) return <Missing />;
  return (
    <>
      <Card title={t`Settings`} order={1}>
        <SectionLinks sections={sections} here={section.name} />
      </Card>
      {section.cards}
    </>
  );
}
