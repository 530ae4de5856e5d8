// SPDX-License-Identifier: Apache-2.0
// A file that only who may write is given: read as a change is sent, then handed to the browser to be kept.
import { notifications } from '@mantine/notifications';
import { send } from '../api/http';
import { tellError } from '../api/problem';

export function save(content: Blob, fileName: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(url);
}

export async function download(path: string, fileName: string): Promise<void> {
  try {
    const response = await send(path, { method: 'GET', headers: {} });
    save(await response.blob(), fileName);
  } catch (error) {
    const message = tellError(error);
    if (message !== null) notifications.show({ color: 'red', message });
  }
}
