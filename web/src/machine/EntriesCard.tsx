// SPDX-License-Identifier: Apache-2.0
import { Group, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useMutation } from '@tanstack/react-query';
import { useMayWrite } from '../access/me';
import { changeClient } from '../api/changes';
import { tellError } from '../api/problem';
import type { Client, ClientChange } from '../api/types';
import { EntriesEditor } from '../entries/EntriesEditor';
import { TimeoutChoice } from '../entries/TimeoutChoice';
import { Failure } from '../shared/Failure';
import { Card, CardBody } from '../shared/Section';
import { said } from '../shared/server_words';
import { GroupChoice } from './GroupChoice';
import { NextBootChoice } from './NextBootChoice';

/** What the machine can boot: in which order, which by default, and which just once. */
export function EntriesCard({ client }: { client: Client }) {
  const mayWrite = useMayWrite();
  const change = useMutation({
    mutationFn: ({ wanted, seen }: { wanted: ClientChange; seen?: Partial<Client> }) => changeClient(client.mac, wanted, seen),
  });
  const { entries, offered } = client;
  const failure = tellError(change.error);
  // A box that is ticked is ticked at once.
  const wantedGroups = change.isPending ? change.variables.wanted.groups : undefined;
  const shared = offered.filter(({ group }) => group !== null);
  return (
    <Card title={t`Boot entries`} count={entries.length}>
      <CardBody>
        <Failure text={failure} mb="sm" />
        {entries.length === 0 && (
          <Text size="sm" c="dimmed">
            {client.why === null ? t`None of its own: its screen waits.` : said(client.why)}
          </Text>
        )}
        <EntriesEditor
          entries={entries}
          preset={client.default_entry}
          mayWrite={mayWrite}
          onEntries={(wanted, seen) => change.mutate({ wanted: { entries: wanted }, seen: { entries: seen } })}
          onPreset={(name) => change.mutate({ wanted: { default_entry: name } })}
        />
        {shared.length > 0 && (
          <Text size="sm" c="dimmed" mt="xs">
            {t`From its groups: ${shared.map(({ name, group }) => `${name} (${group})`).join(', ')}`}
          </Text>
        )}
        <GroupChoice
          member={wantedGroups ?? client.groups}
          disabled={!mayWrite || change.isPending}
          onChange={(groups) => change.mutate({ wanted: { groups }, seen: { groups: client.groups } })}
        />
        <Group gap="md" mt="md" align="flex-end">
          <NextBootChoice
            client={client}
            disabled={!mayWrite || change.isPending}
            onChange={(next_boot) => change.mutate({ wanted: { next_boot } })}
          />
          {entries.length + shared.length > 1 && (
            <TimeoutChoice
              disabled={!mayWrite || change.isPending}
              timeout={client.menu_timeout}
              onChange={(menu_timeout) => change.mutate({ wanted: { menu_timeout } })}
            />
          )}
        </Group>
      </CardBody>
    </Card>
  );
}
