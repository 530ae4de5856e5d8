// SPDX-License-Identifier: Apache-2.0
import { Checkbox, Group, NativeSelect, Stack } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useMutation } from '@tanstack/react-query';
import { useMayWrite } from '../access/me';
import { changeClient } from '../api/changes';
import { tellError } from '../api/problem';
import { useLoaders } from '../api/queries';
import type { Client, Quirks } from '../api/types';
import { Failure } from '../shared/Failure';
import { Card, CardBody } from '../shared/Section';

const blockSizes = [512, 1024, 1432, 1468, 8192];

/** What the machine's firmware needs that others do not. */
export function QuirksCard({ client }: { client: Client }) {
  const mayWrite = useMayWrite();
  const loaders = useLoaders().data?.loaders ?? [];
  const change = useMutation({ mutationFn: (quirks: Partial<Quirks>) => changeClient(client.mac, { quirks }) });
  const { proxy_form, learned_proxy_form, loader, tftp_no_options, tftp_block_size, serial_console } = client.quirks;
  const failure = tellError(change.error);
  const disabled = !mayWrite || change.isPending;
  const learned = learned_proxy_form === null ? t`automatic` : t`automatic, learned: ${learned_proxy_form}`;
  const names = [...new Set([...loaders.map(({ name }) => name), ...(loader === null ? [] : [loader])])];
  const sizes = tftp_block_size === null || blockSizes.includes(tftp_block_size) ? blockSizes : [...blockSizes, tftp_block_size];
  return (
    <Card title={t`Firmware`}>
      <CardBody>
        <Stack gap="sm">
          <Failure text={failure} />
          <Group gap="md" align="flex-end">
            <NativeSelect
              size="xs"
              label={t`Loader`}
              disabled={disabled}
              value={loader ?? ''}
              onChange={(event) => change.mutate({ loader: event.currentTarget.value || null })}
              data={[{ value: '', label: t`that of its architecture` }, ...names.map((value) => ({ value, label: value }))]}
            />
            <NativeSelect
              size="xs"
              label={t`Form of the DHCP offer`}
              disabled={disabled}
              value={proxy_form}
              onChange={(event) => change.mutate({ proxy_form: event.currentTarget.value as Quirks['proxy_form'] })}
              data={[
                { value: 'auto', label: learned },
                { value: 'option43', label: t`boot file in the offer (option 43)` },
                { value: 'binl', label: t`asks port 4011 (BINL)` },
              ]}
            />
            <NativeSelect
              size="xs"
              label={t`Largest TFTP block`}
              disabled={disabled}
              value={tftp_block_size ?? ''}
              onChange={(event) => change.mutate({ tftp_block_size: Number(event.currentTarget.value) || null })}
              data={[{ value: '', label: t`as it asks` }, ...sizes.map((size) => ({ value: String(size), label: String(size) }))]}
            />
            <NativeSelect
              size="xs"
              label={t`Console`}
              disabled={disabled}
              value={serial_console ?? ''}
              onChange={(event) => change.mutate({ serial_console: Number(event.currentTarget.value) || null })}
              data={[{ value: '', label: t`its screen` }, ...[1, 2, 3, 4].map((port) => ({ value: String(port), label: `COM${port}` }))]}
            />
          </Group>
          <Checkbox
            label={t`TFTP without options`}
            disabled={disabled}
            checked={tftp_no_options}
            onChange={(event) => change.mutate({ tftp_no_options: event.currentTarget.checked })}
          />
        </Stack>
      </CardBody>
    </Card>
  );
}
