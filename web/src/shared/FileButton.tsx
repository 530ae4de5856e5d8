// SPDX-License-Identifier: Apache-2.0
import { Button } from '@mantine/core';

interface FileButtonProps {
  label: string;
  onFile: (file: File) => void;
  busy?: boolean;
}

/** Chooses one file of this device; the same one may be chosen again. */
export function FileButton({ label, onFile, busy = false }: FileButtonProps) {
  return (
    <Button size="xs" variant="default" component="label" loading={busy}>
      {label}
      <input
        type="file"
        className="visually-hidden"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (file !== undefined) onFile(file);
        }}
      />
    </Button>
  );
}
