// SPDX-License-Identifier: Apache-2.0
import { SegmentedControl, Stack, Text } from '@mantine/core';
import type { DriveMode } from '../api/types';

const modes: { value: DriveMode; label: string }[] = [
  { value: 'master', label: 'Read and write' },
  { value: 'readonly', label: 'Read only' },
];

const meaning: Record<DriveMode, string> = {
  master: 'What the machine writes goes into the image itself. One machine at a time.',
  readonly: 'Nothing is ever written. Any number of machines at a time.',
};

export function ModeChoice({ mode, onChange }: { mode: DriveMode; onChange: (mode: DriveMode) => void }) {
  return (
    <Stack gap={4} align="flex-start">
      <SegmentedControl aria-label="Mode" data={modes} value={mode} onChange={(value) => onChange(value as DriveMode)} />
      <Text size="xs" c="dimmed">
        {meaning[mode]}
      </Text>
    </Stack>
  );
}
