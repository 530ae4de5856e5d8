// SPDX-License-Identifier: Apache-2.0
import { Button, Code, Table, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useMutation } from '@tanstack/react-query';
import { useIsAdmin } from '../access/me';
import { testWebhook } from '../api/changes';
import { tellError } from '../api/problem';
import { useWebhooks } from '../api/queries';
import type { Webhook } from '../api/types';
import { Ago } from '../shared/Ago';
import { Section } from '../shared/Section';
import { said } from '../shared/server_words';
import table from '../shared/table.module.css';

/** Programs that are told of events. The settings file makes them: whom the server speaks to is root's to say. */
export function WebhooksCard() {
  const admin = useIsAdmin();
  const { data, error } = useWebhooks(admin);
  if (!admin) return null;
  return (
    <Section
      title={t`Webhooks`}
      items={data}
      error={error}
      empty={
        <>
          {t`None. The settings file names programs that are told of unknown machines and failed boots:`} <Code>[[webhooks]]</Code>
        </>
      }
    >
      {(webhooks) => (
        <Table horizontalSpacing="md" verticalSpacing="xs" className={table.table}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t`To`}</Table.Th>
              <Table.Th scope="col" className={table.wide}>{t`Events`}</Table.Th>
              <Table.Th scope="col">{t`Last result`}</Table.Th>
              <Table.Th scope="col" className={table.number}>{t`Actions`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {webhooks.map((webhook) => (
              <WebhookRow key={webhook.number} webhook={webhook} />
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Section>
  );
}

function WebhookRow({ webhook }: { webhook: Webhook }) {
  const { number, address, events, last, lost } = webhook;
  const testing = useMutation({ mutationFn: () => testWebhook(number) });
  const failure = tellError(testing.error);
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={600}>
        {address}
      </Table.Th>
      <Table.Td className={table.wide}>{events.join(', ')}</Table.Td>
      <Table.Td>
        {last === null && failure === null && t`not used yet`}
        {last !== null && (
          <Text size="sm" c={last.delivered ? undefined : 'var(--mantine-color-error)'}>
            {last.delivered ? t`delivered` : said(last.text)} <Ago time={last.at} />
          </Text>
        )}
        {failure !== null && <Text size="sm" c="var(--mantine-color-error)" role="alert">{failure}</Text>}
        {lost > 0 && <Text size="sm">{t`Lost since the start: ${lost}`}</Text>}
      </Table.Td>
      <Table.Td className={table.number}>
        <Button
          size="compact-xs"
          variant="default"
          aria-label={t`Send a test to ${address}`}
          loading={testing.isPending}
          onClick={() => testing.mutate()}
        >
          {t`Send a test`}
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}
