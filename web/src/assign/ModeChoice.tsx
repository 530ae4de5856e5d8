// SPDX-License-Identifier: Apache-2.0
import { SegmentedControl, Stack, Text } from '@mantine/core';
import type { DriveMode } from '../api/types';
import { driveModes } from './drive_modes';


export function ModeChoice({ mode, onChange }: { mode: DriveMode; onChange: (mode: DriveMode) => void }) {
  return (
    <Stack gap={4} align="flex-start">
      <SegmentedControl aria-label="Mode" data={driveModes.map(({ value, label }) => ({ value, label }))} value={mode} onChange={(value) => onChange(value as DriveMode)} />
      <Text size="xs" c="dimmed">
        {driveModes.find((one) => one.value === mode)?.meaning}
      </Text>
    </Stack>
  );
}
