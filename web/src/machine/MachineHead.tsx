// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { WriteOnly } from '../access/WriteOnly';
import { useState } from 'react';
import { navigate } from 'wouter/use-hash-location';
import { changeClient, removeClient } from '../api/changes';
import { useImages } from '../api/queries';
import type { Boot, Client } from '../api/types';
import { places } from '../app/places';
import { describeArchitecture, describeBoot, stateOf, titleOf } from '../machines/describe';
import { NameForm } from '../machines/NameForm';
import { Ago } from '../shared/Ago';
import { ask } from '../shared/ask';
import { Dot } from '../shared/Dot';
import { Facts } from '../shared/Facts';
import { Card, CardBody } from '../shared/Section';
import { askForFloppy } from './floppy_question';
import { wake } from './wake_question';

/** Who the machine is, what it boots, and what can be done with it. */
export function MachineHead({ client, onAssign }: { client: Client; onAssign: () => void }) {
  const images = useImages().data ?? [];
  const hasFloppy =
    client.state === 'on' && drivesOf(client.boot).some((drive) => images.some(({ name, removable }) => removable && name === drive));
  const [naming, setNaming] = useState(false);
  const state = stateOf(client);
  return (
    <Card
      title={titleOf(client)}
      order={1}
      actions={
        <WriteOnly>
          <Button size="xs" variant={client.boot.kind === 'wait' ? 'filled' : 'default'} aria-haspopup="dialog" onClick={onAssign}>
            {t`Assign`}
          </Button>
          <Button size="xs" variant="default" onClick={() => void wake(client)}>
            {t`Wake`}
          </Button>
          {hasFloppy && (
            <Button size="xs" variant="default" onClick={() => askForFloppy(client, images)}>
              {t`Change the floppy`}
            </Button>
          )}
          <Button size="xs" variant="default" onClick={() => setNaming(true)}>
            {t`Rename`}
          </Button>
          <Button size="xs" variant="default" onClick={() => askForReservation(client)}>
            {t`Reserve an address`}
          </Button>
          <Button size="xs" variant="default" onClick={() => askToForget(client)}>
            {t`Forget`}
          </Button>
        </WriteOnly>
      }
    >
      <CardBody>
        {naming && (
          <Group mb="sm">
            <NameForm client={client} onDone={() => setNaming(false)} />
          </Group>
        )}
        <Facts
          facts={[
            [
              t`State`,
              <Group gap={7} key="state">
                <Dot tone={state.tone} />
                <Text size="sm" span>
                  {state.word}
                </Text>
              </Group>,
            ],
            [t`Boots`, describeBoot(client.boot)],
            [
              'MAC',
              <span className="mono" key="mac">
                {client.mac}
              </span>,
            ],
            [t`Made by`, client.vendor],
            [t`Address`, client.address],
            [t`Reserved address`, client.reserved_address],
            [t`Firmware`, client.architecture === null ? null : describeArchitecture(client.architecture)],
            [t`First seen`, client.first_seen === null ? null : <Ago key="first" time={client.first_seen} />],
            [t`Last seen`, client.last_seen === null ? null : <Ago key="last" time={client.last_seen} />],
            [
              t`Targets`,
              client.targets.length === 0 ? null : (
                <span className="mono" key="targets">
                  {client.targets.join(' ')}
                </span>
              ),
            ],
          ]}
        />
      </CardBody>
    </Card>
  );
}

/** The images that its drives are. */
function drivesOf(boot: Boot): string[] {
  if ('drives' in boot) return boot.drives.map(({ image }) => image);
  return 'image' in boot ? [boot.image] : [];
}

export function askForReservation(client: Client): void {
  ask({
    title: t`Reserve an address for ${titleOf(client)}`,
    text: t`It gets this address each time, where Bootferry is the DHCP server. Leave it empty to take the reservation back.`,
    fields: [{ name: 'address', label: t`Address`, initial: client.reserved_address ?? '', placeholder: '10.99.0.50', optional: true }],
    action: t`Save`,
    run: ({ address = '' }) => changeClient(client.mac, { reserved_address: address.trim() === '' ? null : address.trim() }),
  });
}

function askToForget(client: Client): void {
  ask({
    title: t`Forget ${titleOf(client)}?`,
    text: t`Its name, what it boots and its changes to images are removed. When it boots from the network again, it is new.`,
    action: t`Forget`,
    danger: true,
    run: async () => {
      await removeClient(client.mac);
      navigate(places.machines);
    },
  });
}
