// SPDX-License-Identifier: Apache-2.0
import { NativeSelect } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { formatBytes } from '../shared/format';

const usual = [1, 5, 10, 20, 50, 100, 200].map((gibibytes) => gibibytes * 1024 ** 3);

interface QuotaChoiceProps {
  label: string;
  /** bytes that the machine's changes may take on the server's disk; null: as many as there are */
  quota: number | null;
  onChange: (quota: number | null) => void;
}

export function QuotaChoice({ label, quota, onChange }: QuotaChoiceProps) {
  const sizes = quota === null || usual.includes(quota) ? usual : [...usual, quota];
  return (
    <NativeSelect
      size="xs"
      aria-label={label}
      value={quota === null ? '' : String(quota)}
      onChange={({ currentTarget: { value } }) => onChange(value === '' ? null : Number(value))}
      data={[
        { value: '', label: t`no quota` },
        ...sizes.map((bytes) => ({ value: String(bytes), label: t`at most ${formatBytes(bytes)}` })),
      ]}
    />
  );
}
