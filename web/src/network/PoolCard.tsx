// SPDX-License-Identifier: Apache-2.0
import { Alert, Progress, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useNetwork } from '../api/queries';
import type { Pool } from '../api/types';
import { Card, CardBody } from '../shared/Section';
import { said } from '../shared/server_words';

/** How many of the addresses that Bootferry hands out are left; nothing where another server has them. */
export function PoolCard() {
  const pool = useNetwork().data?.pool;
  if (pool == null) return null;
  return (
    <Card title={t`Addresses`}>
      <CardBody>
        <PoolState pool={pool} />
      </CardBody>
    </Card>
  );
}

function PoolState({ pool }: { pool: Pool }) {
  const { first, last, free, size, warning } = pool;
  const parts = [
    { count: pool.leased, color: 'blue', words: t`leased` },
    { count: pool.reserved, color: 'cyan', words: t`reserved` },
    { count: pool.declined, color: 'orange', words: t`held back, because somebody else uses it` },
  ].filter(({ count }) => count > 0);
  const used = parts.map(({ count, words }) => `${count} ${words}`).join(', ');
  return (
    <>
      {warning !== null && (
        <Alert color="yellow" mb="sm">
          {said(warning)}
        </Alert>
      )}
      <Text className="mono" size="sm" mb={6}>{`${first} – ${last}`}</Text>
      {/* the sentence below says the same */}
      <Progress.Root size="lg" aria-hidden>
        {parts.map(({ count, color, words }) => (
          <Progress.Section key={words} value={(100 * count) / size} color={color} />
        ))}
      </Progress.Root>
      <Text size="sm" mt={6}>
        {t`${free} of ${size} addresses are free`}
        {used !== '' && <>. {used}</>}
      </Text>
    </>
  );
}
