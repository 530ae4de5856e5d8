// SPDX-License-Identifier: Apache-2.0
import { Group, Skeleton, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { lazy, Suspense, useSyncExternalStore } from 'react';
import type { Session } from '../api/types';
import { throughput } from '../sessions/throughput';
import { formatBytes, formatRate } from '../shared/format';
import { Card, CardBody } from '../shared/Section';

// The graph is read when it is looked at: the list of machines does without it.
const Graph = lazy(() => import('./ThroughputGraph'));

/** What goes over the wire, now and in the last minutes. */
export function ThroughputCard({ mac, sessions }: { mac: string; sessions: Session[] }) {
  const samples = useSyncExternalStore(throughput.subscribe, () => throughput.samplesOf(mac));
  const now = samples.at(-1);
  const sum = (key: 'bytes_read' | 'bytes_written') => sessions.reduce((bytes, session) => bytes + session[key], 0);
  const told =
    now === undefined
      ? t`Measuring`
      : t`Reads ${formatRate(now.read)}, writes ${formatRate(now.written)}`;
  return (
    <Card title={t`Throughput`}>
      <CardBody>
        <Group justify="space-between" gap="xs" mb="xs">
          <Text size="sm">{told}</Text>
          <Text size="xs" c="dimmed">
            {t`${formatBytes(sum('bytes_read'))} read and ${formatBytes(sum('bytes_written'))} written since it logged in`}
          </Text>
        </Group>
        {samples.length > 1 && (
          <Suspense fallback={<Skeleton height={160} />}>
            <Graph samples={samples} label={told} />
          </Suspense>
        )}
      </CardBody>
    </Card>
  );
}
