// SPDX-License-Identifier: Apache-2.0
import { save } from './download';

/** Puts a text on the clipboard. navigator.clipboard is there over HTTPS only, and a new server is often opened without it: the older way works with both. */
export function copyText(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.readOnly = true;
  area.style.position = 'fixed';
  area.style.opacity = '0';
  const before = document.activeElement;
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  return done;
}

/**
 * For a text that was waited for, after which some browsers refuse the clipboard: then it is saved as a file. True when it is in the
 * clipboard.
 */
export async function copyOrSave(text: string, fileName: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    save(new Blob([text], { type: 'text/plain' }), fileName);
    return false;
  }
}
