// SPDX-License-Identifier: Apache-2.0
import { t } from '@lingui/core/macro';
import { useMemo } from 'react';
import { EventList } from '../activity/EventList';
import { condense } from '../activity/condense';
import { useMachineEvents } from '../api/queries';
import { Section } from '../shared/Section';

const mostLines = 40;

/** What was heard from this machine. */
export function EventsCard({ mac }: { mac: string }) {
  const { data, error } = useMachineEvents(mac);
  const lines = useMemo(() => data && condense(data, mostLines), [data]);
  return (
    <Section title={t`Activity`} items={lines} error={error} empty={t`Quiet so far.`}>
      {(shown) => <EventList lines={shown} />}
    </Section>
  );
}
