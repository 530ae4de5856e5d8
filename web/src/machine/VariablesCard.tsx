// SPDX-License-Identifier: Apache-2.0
import { Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { changeClient } from '../api/changes';
import { useGroups } from '../api/queries';
import type { Client } from '../api/types';
import { Card, CardBody } from '../shared/Section';
import { givenTo } from '../variables/variables';
import { VariableTable } from '../variables/VariableTable';

/** Words of this machine's own for scripts and command lines, and those that its groups give. */
export function VariablesCard({ client }: { client: Client }) {
  const groups = useGroups().data ?? [];
  const example = '{{seat}}';
  return (
    <Card title={t`Variables`}>
      <CardBody>
        <Text size="sm" c="dimmed" mb="xs">
          {t`In command lines, files and templates ${example} stands for the value of the variable seat.`}
        </Text>
        <VariableTable
          own={client.variables}
          given={givenTo(client, groups)}
          change={(variables, seen) => changeClient(client.mac, { variables }, { variables: seen })}
        />
      </CardBody>
    </Card>
  );
}
