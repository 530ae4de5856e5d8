// SPDX-License-Identifier: Apache-2.0
import { Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { type DragEvent, type ReactNode, useState } from 'react';
import classes from './DropArea.module.css';

/** A part of the page that takes a file which is dropped on it; null takes none. */
export function DropArea({ onFile, children }: { onFile: ((file: File) => void) | null; children: ReactNode }) {
  // Entering a child leaves its parent: only the sum says whether the file is over the area.
  const [depth, setDepth] = useState(0);
  const bringsFile = (event: DragEvent) => onFile !== null && event.dataTransfer.types.includes('Files');
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setDepth(0);
    const file = event.dataTransfer.files[0];
    if (file !== undefined) onFile?.(file);
  };
  return (
    <div
      className={classes.area}
      onDragEnter={(event) => bringsFile(event) && setDepth((now) => now + 1)}
      onDragLeave={(event) => bringsFile(event) && setDepth((now) => now - 1)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={onDrop}
    >
      {children}
      {depth > 0 && (
        <div className={classes.over}>
          <Text fw={600}>{t`Drop the file to upload it as an image`}</Text>
        </div>
      )}
    </div>
  );
}
