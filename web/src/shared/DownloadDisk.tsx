// SPDX-License-Identifier: Apache-2.0
import { Button } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { contentPath, type Disk } from '../api/disks';
import { apiUrl } from '../api/http';

interface DownloadDiskProps {
  disk: Disk;
  size: string;
  /** a machine writes to it */
  disabled?: boolean;
  label?: string;
}

/** A plain link: a disk is larger than a page could hold, and the browser goes on with a download that was broken off. */
export function DownloadDisk({ disk, size, disabled = false, label }: DownloadDiskProps) {
  if (disabled) {
    return (
      <Button size={size} variant="default" disabled>
        {t`Download`}
      </Button>
    );
  }
  return (
    <Button component="a" size={size} variant="default" href={apiUrl(contentPath(disk))} download aria-label={label}>
      {t`Download`}
    </Button>
  );
}
