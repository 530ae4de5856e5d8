// SPDX-License-Identifier: Apache-2.0
import { Group, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useHealth } from '../api/queries';
import type { Health } from '../api/types';
import type { LiveState } from '../live/stream';
import { Dot, type Tone } from '../shared/Dot';
import classes from './ServerState.module.css';

export function dhcpModeWords(mode: Health['dhcp_mode']): string {
  switch (mode) {
    case 'proxy':
      return t`beside another DHCP server`;
    case 'server':
      return t`as the DHCP server`;
    case 'off':
      return t`without DHCP`;
  }
}

/** The server in one line: is it there, where does it listen, in which mode. */
export function ServerState({ live }: { live: LiveState }) {
  const { data: health } = useHealth();
  const [tone, word] = tell(live, health);
  return (
    <Group gap={8} wrap="nowrap" className={classes.state}>
      <div role="status" aria-label={t`Server state`} className={classes.word}>
        <Dot tone={tone} />
        <Text size="sm" fw={500} span>
          {word}
        </Text>
      </div>
      {health !== undefined && (
        <Text size="sm" c="dimmed" className={classes.facts}>
          <span className="mono">{health.server_address}</span>; {health.interface}, {dhcpModeWords(health.dhcp_mode)}
        </Text>
      )}
    </Group>
  );
}

function tell(live: LiveState, health: Health | undefined): [Tone, string] {
  if (live === 'lost') return ['bad', t`Not connected`];
  if (live === 'connecting' || health === undefined) return ['quiet', t`Connecting`];
  return health.status === 'ok' ? ['good', t`Running`] : ['busy', health.status];
}
