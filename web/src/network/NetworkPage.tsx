// SPDX-License-Identifier: Apache-2.0
import { Alert } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useHealth } from '../api/queries';
import type { Health } from '../api/types';
import { dhcpModeWords } from '../app/ServerState';
import { Facts } from '../shared/Facts';
import { Card, CardBody } from '../shared/Section';
import { said } from '../shared/server_words';
import { CheckCard } from './CheckCard';
import { LeasesCard } from './LeasesCard';
import { PoolCard } from './PoolCard';
import { ReservationsCard } from './ReservationsCard';
import { ServersCard } from './ServersCard';

export function NetworkPage() {
  const { data: health } = useHealth();
  return (
    <>
      <Card title={t`Network`} order={1}>
        <CardBody>
          {health?.warnings?.map((warning) => (
            <Alert key={warning} color="yellow" mb="sm">
              {said(warning)}
            </Alert>
          ))}
          {health !== undefined && <NetworkFacts health={health} />}
        </CardBody>
      </Card>
      <CheckCard />
      <ServersCard />
      <PoolCard />
      <LeasesCard serves={health?.dhcp_mode === 'server'} />
      <ReservationsCard />
    </>
  );
}

/** As people write them. */
const portNames: Record<string, string> = { dhcp: 'DHCP', pxe: 'PXE', tftp: 'TFTP', http: 'HTTP', https: 'HTTPS', iscsi: 'iSCSI' };

function NetworkFacts({ health }: { health: Health }) {
  const ports = Object.entries(health.ports).map(([name, port]) => `${portNames[name] ?? name} ${port}`);
  return (
    <Facts
      facts={[
        [t`Interface`, health.interface],
        [
          t`Address`,
          <span className="mono" key="address">
            {health.server_address}
          </span>,
        ],
        [t`DHCP`, dhcpModeWords(health.dhcp_mode)],
        [t`Ports`, ports.join(', ')],
      ]}
    />
  );
}
