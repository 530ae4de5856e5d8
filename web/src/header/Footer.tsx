// SPDX-License-Identifier: Apache-2.0
import { Container, Text } from '@mantine/core';
import { useHealth } from '../api/queries';
import { formatDuration } from '../shared/format';
import { modeWords } from './ServerState';

export function Footer() {
  const { data: health } = useHealth();
  if (health === undefined) return null;
  return (
    <Container size="xl" component="footer" pb="xl">
      <Text size="xs" c="dimmed">
        Bootferry {health.version}, up for {formatDuration(health.uptime_seconds)}. It serves {health.interface} (
        {health.server_address}) {modeWords[health.dhcp_mode]}.
      </Text>
    </Container>
  );
}
