// SPDX-License-Identifier: Apache-2.0
import { NativeSelect } from '@mantine/core';
import { t } from '@lingui/core/macro';

const usual = [0, 3, 5, 10, 30, 60];

interface TimeoutChoiceProps {
  /** seconds; null waits for a key */
  timeout: number | null;
  disabled: boolean;
  onChange: (timeout: number | null) => void;
}

export function TimeoutChoice({ timeout, disabled, onChange }: TimeoutChoiceProps) {
  const seconds = timeout === null || usual.includes(timeout) ? usual : [...usual, timeout];
  return (
    <NativeSelect
      size="xs"
      label={t`The menu waits`}
      disabled={disabled}
      value={timeout === null ? '' : String(timeout)}
      onChange={({ currentTarget: { value } }) => onChange(value === '' ? null : Number(value))}
      data={[
        { value: '', label: t`for a key` },
        ...seconds.map((value) => ({ value: String(value), label: t`${value} s, then the default` })),
      ]}
    />
  );
}
