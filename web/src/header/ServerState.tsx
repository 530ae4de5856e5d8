// SPDX-License-Identifier: Apache-2.0
import { Group, Text } from '@mantine/core';
import type { LiveState } from '../api/live_stream';
import { useHealth } from '../api/queries';
import type { Health } from '../api/types';
import { Dot, type Tone } from '../shared/Dot';
import classes from './ServerState.module.css';

export const modeWords: Record<Health['dhcp_mode'], string> = {
  proxy: 'beside another DHCP server',
  server: 'as the DHCP server',
  off: 'without DHCP',
};

/** The server in one line: is it there, where does it listen, in which mode. */
export function ServerState({ live }: { live: LiveState }) {
  const { data: health } = useHealth();
  const [tone, word] = tell(live, health);
  return (
    <Group gap={8} wrap="nowrap" className={classes.state}>
      <div role="status" aria-label="Server state" className={classes.word}>
        <Dot tone={tone} />
        <Text size="sm" fw={500} span>
          {word}
        </Text>
      </div>
      {health !== undefined && (
        <Text size="sm" c="dimmed" className={classes.facts}>
          <span className="mono">{health.server_address}</span> on {health.interface}, {modeWords[health.dhcp_mode]}
        </Text>
      )}
    </Group>
  );
}

function tell(live: LiveState, health: Health | undefined): [Tone, string] {
  if (live === 'lost') return ['bad', 'Not connected'];
  if (live === 'connecting' || health === undefined) return ['quiet', 'Connecting'];
  return health.status === 'ok' ? ['good', 'Running'] : ['busy', health.status];
}
