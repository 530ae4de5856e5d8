// SPDX-License-Identifier: Apache-2.0
import { Checkbox, NativeSelect, Stack, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import type { NewImage } from '../api/types';

/** What a disk is beside its bytes; what is left out is as usual. */
export type Traits = Pick<NewImage, 'thick' | 'removable' | 'block_size' | 'physical_block_size'>;

/** Of a block: what the machine sees, and what the medium has; the first is as usual. */
const blocks = ['', '512/512', '512/4096', '4096/4096'] as const;

interface TraitsInputProps {
  traits: Traits;
  onChange: (traits: Traits) => void;
}

/** Folded away: most disks need none of it. */
export function TraitsInput({ traits, onChange }: TraitsInputProps) {
  const { block_size, physical_block_size } = traits;
  return (
    <details>
      <Text component="summary" size="sm">
        {t`More`}
      </Text>
      <Stack gap="sm" mt="sm">
        <Checkbox
          label={t`Reserve all of its space now`}
          description={t`Then a full disk of the server can never stop the machine.`}
          checked={traits.thick === true}
          onChange={(event) => onChange({ ...traits, thick: event.currentTarget.checked })}
        />
        <Checkbox
          label={t`Removable`}
          description={t`A medium that the machine may eject.`}
          checked={traits.removable === true}
          onChange={(event) => onChange({ ...traits, removable: event.currentTarget.checked })}
        />
        <NativeSelect
          label={t`Blocks`}
          value={block_size === undefined ? '' : `${block_size}/${physical_block_size}`}
          onChange={(event) => onChange(withBlocks(traits, event.currentTarget.value))}
          data={blocks.map((value) => ({ value, label: blocksLabel(value) }))}
        />
      </Stack>
    </details>
  );
}

type Blocks = (typeof blocks)[number];

function blocksLabel(value: Blocks): string {
  switch (value) {
    case '':
      return t`as usual`;
    case '512/512':
      return t`512 bytes, for DOS and old systems`;
    case '512/4096':
      return t`512 bytes, 4096 on the medium`;
    case '4096/4096':
      return t`4096 bytes; no BIOS boots from it`;
  }
}

function withBlocks({ thick, removable }: Traits, chosen: string): Traits {
  const rest = { ...(thick !== undefined && { thick }), ...(removable !== undefined && { removable }) };
  const [logical, physical] = chosen.split('/').map(Number);
  if (chosen === '') return rest;
  return { ...rest, block_size: logical as 512 | 4096, physical_block_size: physical as 512 | 4096 };
}
