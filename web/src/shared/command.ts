// SPDX-License-Identifier: Apache-2.0
/** Whether what to do about a fault is one command for a shell, and not a sentence. */
export function isCommand(mend: string): boolean {
  return /^(sudo|bootferry|docker|podman|journalctl) \S/.test(mend);
}
