// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, NativeSelect, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { WriteOnly } from '../access/WriteOnly';
import { useBoot, useBoots } from '../api/queries';
import type { BootRecord } from '../api/types';
import { Dot } from '../shared/Dot';
import { download } from '../shared/download';
import { formatBytes, formatTime } from '../shared/format';
import { Card, CardBody } from '../shared/Section';
import { said } from '../shared/server_words';
import { bootStateOf } from './boot_words';
import classes from './BootCard.module.css';
import { Waterfall } from './Waterfall';

/** The latest boot of the machine, or an earlier one: how far it came, and why not further. */
export function BootCard({ mac }: { mac: string }) {
  const { data: boots } = useBoots(mac);
  const [chosen, setChosen] = useState<number | null>(null);
  const id = chosen ?? boots?.[0]?.id;
  const { data: boot } = useBoot(mac, id);
  if (boots === undefined || boots.length === 0) return null;
  return (
    <Card
      title={t`Boots`}
      actions={
        <>
          <NativeSelect
            size="xs"
            aria-label={t`Which boot`}
            value={String(id)}
            onChange={(event) => {
              const wanted = Number(event.currentTarget.value);
              setChosen(wanted === boots[0]?.id ? null : wanted);
            }}
            data={boots.map((one) => ({
              value: String(one.id),
              label: `${formatTime(one.started)}, ${bootStateOf(one).word.toLowerCase()}`,
            }))}
          />
          <WriteOnly>
            <Button size="xs" variant="default" onClick={() => void download(`clients/${encodeURIComponent(mac)}/pcap`, `${mac}.pcap`)}>
              {t`Packets (pcap)`}
            </Button>
          </WriteOnly>
        </>
      }
    >
      <CardBody>{boot !== undefined && <Boot boot={boot} />}</CardBody>
    </Card>
  );
}

function Boot({ boot }: { boot: BootRecord }) {
  const { word, tone } = bootStateOf(boot);
  const moved = boot.bytes_read + boot.bytes_written > 0;
  return (
    <>
      <Text size="sm" className={classes.summary} component="div">
        <Dot tone={tone} /> {word}
        {boot.image !== null && ` · ${boot.image}`}
        {moved && ` · ${t`${formatBytes(boot.bytes_read)} read, ${formatBytes(boot.bytes_written)} written`}`}
      </Text>
      {boot.reason !== null && (
        <Alert color={tone === 'bad' ? 'red' : 'yellow'} title={said(boot.reason)} my="sm" classNames={{ title: classes.reason }}>
          {boot.mend !== null && said(boot.mend)}
        </Alert>
      )}
      <Waterfall boot={boot} />
    </>
  );
}
