// SPDX-License-Identifier: Apache-2.0
import { Box, Button, Group, Stack, Text } from '@mantine/core';
import { plural, t } from '@lingui/core/macro';
import { useMutation } from '@tanstack/react-query';
import { useMayWrite } from '../access/me';
import { WriteOnly } from '../access/WriteOnly';
import { changeGroup, makeGroup, removeGroup } from '../api/changes';
import { tellError } from '../api/problem';
import { useGroups } from '../api/queries';
import type { Group as ClientGroup } from '../api/types';
import { EntriesEditor } from '../entries/EntriesEditor';
import { TimeoutChoice } from '../entries/TimeoutChoice';
import { ask } from '../shared/ask';
import { Failure } from '../shared/Failure';
import { CardBody, Section } from '../shared/Section';
import { VariableTable } from '../variables/VariableTable';

/** Boot entries that several machines share. */
export function GroupsCard() {
  const { data, error } = useGroups();
  if (data === undefined && error !== null) return null;
  return (
    <Section
      title={t`Groups`}
      items={data}
      error={error}
      empty={t`None. The machines of a group share its boot entries.`}
      actions={
        <WriteOnly>
          <Button size="xs" variant="default" onClick={askForGroup}>
            {t`New group`}
          </Button>
        </WriteOnly>
      }
    >
      {(groups) => (
        <CardBody>
          <Stack gap="lg">
            {groups.map((group) => (
              <OneGroup key={group.name} group={group} />
            ))}
          </Stack>
        </CardBody>
      )}
    </Section>
  );
}

function OneGroup({ group }: { group: ClientGroup }) {
  const mayWrite = useMayWrite();
  const { name, clients, ...menu } = group;
  const change = useMutation({
    mutationFn: ({ wanted, seen = {} }: { wanted: Partial<typeof menu>; seen?: Partial<typeof menu> }) =>
      changeGroup(name, { ...menu, ...wanted }, { ...menu, ...seen }),
  });
  const failure = tellError(change.error);
  return (
    <div>
      <Group justify="space-between" mb="xs">
        <Text fw={600} size="sm">
          {name} · {plural(clients.length, { one: '# machine', other: '# machines' })}
        </Text>
        <WriteOnly>
          <Button
            size="compact-xs"
            variant="default"
            aria-label={t`Remove the group ${name}`}
            onClick={() => ask({ title: t`Remove the group ${name}?`, action: t`Remove`, danger: true, run: () => removeGroup(name) })}
          >
            {t`Remove`}
          </Button>
        </WriteOnly>
      </Group>
      <Failure text={failure} mb="sm" />
      <EntriesEditor
        entries={menu.entries}
        preset={menu.default_entry}
        mayWrite={mayWrite}
        onEntries={(entries, seen) => change.mutate({ wanted: { entries }, seen: { entries: seen } })}
        onPreset={(default_entry) => change.mutate({ wanted: { default_entry } })}
      />
      {menu.entries.length > 1 && (
        <Group mt="xs">
          <TimeoutChoice disabled={!mayWrite} timeout={menu.menu_timeout} onChange={(menu_timeout) => change.mutate({ wanted: { menu_timeout } })} />
        </Group>
      )}
      <Box mt="md" role="group" aria-label={t`Variables of the group ${name}`}>
        <VariableTable
          own={menu.variables}
          change={(variables, seen) => changeGroup(name, { ...menu, variables }, { ...menu, variables: seen })}
        />
      </Box>
    </div>
  );
}

function askForGroup(): void {
  ask({
    title: t`New group`,
    text: t`A machine joins it on the machine's page.`,
    fields: [{ name: 'name', label: t`Name` }],
    action: t`Make it`,
    run: ({ name = '' }) => makeGroup(name.trim()),
  });
}
