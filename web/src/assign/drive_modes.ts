// SPDX-License-Identifier: Apache-2.0
// How a machine may have an image, in words.
import { t } from '@lingui/core/macro';
import type { DriveMode } from '../api/types';

export const driveModes: readonly DriveMode[] = ['master', 'private', 'fresh', 'readonly'];

export function driveModeLabel(mode: DriveMode): string {
  switch (mode) {
    case 'master':
      return t`Read and write`;
    case 'private':
      return t`Private`;
    case 'fresh':
      return t`Fresh`;
    case 'readonly':
      return t`Read only`;
  }
}

export function driveModeMeaning(mode: DriveMode): string {
  switch (mode) {
    case 'master':
      return t`What the machine writes goes into the image itself. One machine at a time.`;
    case 'private':
      return t`The machine has its own view of the image, and keeps its changes. Any number of machines at a time.`;
    case 'fresh':
      return t`As private, but each boot begins with the image as it is. Any number of machines at a time.`;
    case 'readonly':
      return t`Nothing is ever written. Any number of machines at a time.`;
  }
}

export const driveModeChoices = () => driveModes.map((value) => ({ value, label: driveModeLabel(value) }));

/** What the machine writes lies beside the image, and may have a quota. */
export const hasChanges = (mode: DriveMode) => mode === 'private' || mode === 'fresh';
