// SPDX-License-Identifier: Apache-2.0
import { SegmentedControl, Stack, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { t } from '@lingui/core/macro';
import type { DriveMode } from '../api/types';
import { driveModeChoices, driveModeMeaning } from './drive_modes';

export function ModeChoice({ mode, onChange }: { mode: DriveMode; onChange: (mode: DriveMode) => void }) {
  // Side by side the last one would be cut off by a phone's edge.
  const narrow = useMediaQuery('(max-width: 30em)');
  return (
    <Stack gap={4} align={narrow ? 'stretch' : 'flex-start'}>
      <SegmentedControl
        aria-label={t`Mode`}
        data={driveModeChoices()}
        value={mode}
        onChange={(value) => onChange(value as DriveMode)}
        orientation={narrow ? 'vertical' : 'horizontal'}
        maw="100%"
      />
      <Text size="xs" c="dimmed">
        {driveModeMeaning(mode)}
      </Text>
    </Stack>
  );
}
