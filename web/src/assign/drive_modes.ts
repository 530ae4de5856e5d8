// SPDX-License-Identifier: Apache-2.0
// How a machine may have an image, in words.
import type { DriveMode } from '../api/types';

export const driveModes: { value: DriveMode; label: string; meaning: string }[] = [
  { value: 'master', label: 'Read and write', meaning: 'What the machine writes goes into the image itself. One machine at a time.' },
  { value: 'private', label: 'Private', meaning: 'The machine has its own view of the image, and keeps its changes. Any number of machines at a time.' },
  { value: 'fresh', label: 'Fresh', meaning: 'As private, but each boot begins with the image as it is. Any number of machines at a time.' },
  { value: 'readonly', label: 'Read only', meaning: 'Nothing is ever written. Any number of machines at a time.' },
];
