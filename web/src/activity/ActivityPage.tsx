// SPDX-License-Identifier: Apache-2.0
import { Group, NativeSelect, TextInput } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useDeferredValue, useMemo, useState } from 'react';
import { useClients, useEvents } from '../api/queries';
import { titleOf } from '../machines/describe';
import { Section } from '../shared/Section';
import { AuditCard } from './AuditCard';
import { condense } from './condense';
import { EventList } from './EventList';
import { type Filter, passes, type TopicName, topicNames } from './filter';

const mostLines = 400;

export function ActivityPage() {
  const { data, error } = useEvents();
  const [filter, setFilter] = useState<Filter>({ topic: 'all', mac: null, text: '' });
  const wanted = useDeferredValue(filter);
  const lines = useMemo(
    () =>
      data &&
      condense(
        data.filter((event) => passes(event, wanted)),
        mostLines,
      ),
    [data, wanted],
  );
  return (
    <>
      <Section
        title={t`Activity`}
        order={1}
        items={lines}
        error={error}
        empty={data?.length === 0 ? t`Quiet so far.` : t`Nothing of what is remembered fits.`}
        actions={<Filters filter={filter} onChange={setFilter} />}
      >
        {(shown) => <EventList lines={shown} />}
      </Section>
      <AuditCard />
    </>
  );
}

function Filters({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
  const clients = useClients().data ?? [];
  return (
    <Group gap="xs">
      <NativeSelect
        size="xs"
        aria-label={t`What about`}
        value={filter.topic}
        onChange={(event) => onChange({ ...filter, topic: event.currentTarget.value as TopicName })}
        data={topicNames.map((value) => ({ value, label: topicLabel(value) }))}
      />
      <NativeSelect
        size="xs"
        aria-label={t`Which machine`}
        value={filter.mac ?? ''}
        onChange={(event) => onChange({ ...filter, mac: event.currentTarget.value || null })}
        data={[{ value: '', label: t`All machines` }, ...clients.map((client) => ({ value: client.mac, label: titleOf(client) }))]}
      />
      <TextInput
        size="xs"
        type="search"
        aria-label={t`Words to look for`}
        placeholder={t`Words`}
        value={filter.text}
        onChange={(event) => onChange({ ...filter, text: event.currentTarget.value })}
      />
    </Group>
  );
}

function topicLabel(topic: TopicName): string {
  switch (topic) {
    case 'all':
      return t`Everything`;
    case 'trouble':
      return t`Trouble`;
    case 'boots':
      return t`Boots`;
    case 'dhcp':
      return 'DHCP';
    case 'files':
      return t`Loaders, scripts, files`;
    case 'disks':
      return t`Disks`;
    case 'images':
      return t`Images`;
    case 'clients':
      return t`Machines`;
    case 'server':
      return t`Server`;
  }
}
