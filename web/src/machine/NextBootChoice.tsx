// SPDX-License-Identifier: Apache-2.0
import { Button, NativeSelect } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { WriteOnly } from '../access/WriteOnly';
import { changeClient } from '../api/changes';
import type { Boot, Client } from '../api/types';
import { AssignmentDialog } from '../entries/AssignmentDialog';
import { bootKinds } from '../entries/kinds';
import { describeBoot } from '../machines/describe';

interface NextBootChoiceProps {
  client: Client;
  disabled: boolean;
  /** the name of an entry; null: as usual */
  onChange: (name: string | null) => void;
}

/** What it boots the next time only: one of its entries, or anything else. */
export function NextBootChoice({ client: { mac, offered, next_boot }, disabled, onChange }: NextBootChoiceProps) {
  const once = next_boot === null ? '' : typeof next_boot === 'string' ? next_boot : describeBoot(next_boot);
  const names = [...new Set([...offered.map(({ name }) => name), ...(once === '' ? [] : [once])])];
  const [given, setGiven] = useState<Boot | null>(null);
  return (
    <>
      <NativeSelect
        size="xs"
        label={t`Next boot, once`}
        disabled={disabled}
        value={once}
        onChange={(event) => onChange(event.currentTarget.value || null)}
        data={[{ value: '', label: t`As usual` }, ...names.map((name) => ({ value: name, label: name }))]}
      />
      <WriteOnly>
        <Button
          size="xs"
          variant="default"
          aria-haspopup="dialog"
          onClick={() => setGiven(next_boot !== null && typeof next_boot !== 'string' ? next_boot : { kind: 'disks', drives: [] })}
        >
          {t`Something else once`}
        </Button>
      </WriteOnly>
      <AssignmentDialog
        title={t`Next boot, once`}
        label={t`What it boots`}
        kinds={bootKinds}
        given={given}
        // Only boots are offered.
        save={(wanted) => changeClient(mac, { next_boot: wanted as Boot })}
        onClose={() => setGiven(null)}
      />
    </>
  );
}
