// SPDX-License-Identifier: Apache-2.0
// A text for another program. Browsers give the clipboard to pages of HTTPS and of this machine only, and some not after a wait:
// then it is a file.
import { save } from './download';

/** True when it is in the clipboard, false when it was saved as a file. */
export async function copyOrSave(text: string, fileName: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    save(new Blob([text], { type: 'text/plain' }), fileName);
    return false;
  }
}
