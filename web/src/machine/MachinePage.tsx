// SPDX-License-Identifier: Apache-2.0
import { Skeleton, Stack } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { Fragment, useState } from 'react';
import { WriteOnly } from '../access/WriteOnly';
import { AssignDialog } from '../assign/AssignDialog';
import { overlayDisk } from '../api/disks';
import { useClients, useOverlays, useSessions } from '../api/queries';
import { FilesCard } from '../shared/FilesCard';
import { Card, CardBody } from '../shared/Section';
import { AccessCard } from './AccessCard';
import { BootCard } from './BootCard';
import { EntriesCard } from './EntriesCard';
import { EventsCard } from './EventsCard';
import { MachineHead } from './MachineHead';
import { OverlayCard } from './OverlayCard';
import { QuirksCard } from './QuirksCard';
import { ScriptCard } from './ScriptCard';
import { ThroughputCard } from './ThroughputCard';
import { VariablesCard } from './VariablesCard';

export function MachinePage({ mac }: { mac: string }) {
  const { data: clients } = useClients();
  const overlays = useOverlays().data?.filter((overlay) => overlay.mac === mac) ?? [];
  const sessions = useSessions().data?.filter((session) => session.mac === mac) ?? [];
  const [choosing, setChoosing] = useState(false);
  const client = clients?.find((one) => one.mac === mac);

  if (clients === undefined) return <Skeleton height={120} />;
  if (client === undefined) {
    return (
      <Card title={mac} order={1}>
        <CardBody>{t`No machine with this MAC was seen. It appears here when it boots from the network.`}</CardBody>
      </Card>
    );
  }
  return (
    <Stack gap="md">
      <MachineHead client={client} onAssign={() => setChoosing(true)} />
      <EntriesCard client={client} />
      <BootCard mac={mac} />
      {sessions.length > 0 && <ThroughputCard mac={mac} sessions={sessions} />}
      {overlays.map((overlay) => (
        <Fragment key={`${overlay.image}.${overlay.mode}`}>
          <OverlayCard overlay={overlay} />
          <FilesCard disk={overlayDisk(overlay)} title={t`Files on ${overlay.image}`} />
        </Fragment>
      ))}
      <VariablesCard client={client} />
      <AccessCard client={client} />
      <QuirksCard client={client} />
      <WriteOnly>
        <ScriptCard mac={mac} />
      </WriteOnly>
      <EventsCard mac={mac} />
      <AssignDialog client={choosing ? client : undefined} onClose={() => setChoosing(false)} />
    </Stack>
  );
}
