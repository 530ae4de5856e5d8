// SPDX-License-Identifier: Apache-2.0
import { SegmentedControl, Stack, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import type { DriveMode } from '../api/types';
import { driveModeChoices, driveModeMeaning } from './drive_modes';

export function ModeChoice({ mode, onChange }: { mode: DriveMode; onChange: (mode: DriveMode) => void }) {
  return (
    <Stack gap={4} align="flex-start">
      <SegmentedControl
        aria-label={t`Mode`}
        data={driveModeChoices()}
        value={mode}
        onChange={(value) => onChange(value as DriveMode)}
        maw="100%"
      />
      <Text size="xs" c="dimmed">
        {driveModeMeaning(mode)}
      </Text>
    </Stack>
  );
}
