// SPDX-License-Identifier: Apache-2.0
import { Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { Card, CardBody } from '../shared/Section';

export function Missing() {
  return (
    <Card title={t`There is nothing here`} order={1}>
      <CardBody>
        <Text size="sm">{t`The address may be old. The pages are at the side.`}</Text>
      </CardBody>
    </Card>
  );
}
