// SPDX-License-Identifier: Apache-2.0
import { t } from '@lingui/core/macro';
import { useIsAdmin } from '../access/me';
import { useHealth } from '../api/queries';
import { Facts } from '../shared/Facts';
import { formatDuration, formatTime } from '../shared/format';
import { Card, CardBody } from '../shared/Section';
import { DiagnosticsButton } from './DiagnosticsButton';

export function AboutCard() {
  const { data: health } = useHealth();
  const admin = useIsAdmin();
  return (
    <Card title={t`About`} actions={admin && <DiagnosticsButton />}>
      <CardBody>
        {health !== undefined && (
          <Facts
            facts={[
              [t`Version`, `Bootferry ${health.version}`],
              [t`Started`, formatTime(health.started)],
              [t`Up for`, formatDuration(health.uptime_seconds)],
            ]}
          />
        )}
      </CardBody>
    </Card>
  );
}
