// SPDX-License-Identifier: Apache-2.0
// What a machine loses when it is given something else to boot, in sentences; none when it loses nothing. Pure.
import { t } from '@lingui/core/macro';
import type { Boot, Client } from '../api/types';

type Assigned = Pick<Client, 'boot' | 'entries' | 'state'>;

export function whatIsLost({ boot, entries, state }: Assigned, wanted: Boot): string[] {
  const lost: string[] = [];
  // "on" is a machine that has a disk open: the server takes it away, and does not wait for the next start.
  if (state === 'on' && JSON.stringify(boot) !== JSON.stringify(wanted))
    lost.push(t`It is running: a disk that it shall not have any more is taken from it at once, as if unplugged.`);
  if (entries.length > 1) lost.push(t`This takes the place of all its ${entries.length} boot entries; to keep them, add an entry on its page.`);
  return lost;
}
