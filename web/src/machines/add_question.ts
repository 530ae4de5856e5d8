// SPDX-License-Identifier: Apache-2.0
// A machine that was never heard of is told by a person: its MAC, and a name.
import { t } from '@lingui/core/macro';
import { changeClient } from '../api/changes';
import { Problem } from '../api/problem';
import type { Client } from '../api/types';
import { ask } from '../shared/ask';
import { titleOf } from './describe';
import { parseMac } from './mac';

export function askForMachine(known: readonly Client[]): void {
  ask({
    title: t`Add a machine`,
    text: t`A machine that boots from the network shows up by itself. Add one that never did: to wake it, or to say beforehand what it boots.`,
    fields: [
      { name: 'mac', label: t`MAC address`, description: t`Of its network card, as its label or its screen shows it.`, placeholder: '52:54:00:12:34:56' },
      { name: 'name', label: t`Name`, description: t`Letters, digits, dots, dashes. It may come later.`, optional: true },
    ],
    action: t`Add it`,
    done: t`The machine is in the list.`,
    run: ({ mac = '', name = '' }) => addMachine(known, mac, name.trim()),
  });
}

async function addMachine(known: readonly Client[], text: string, name: string): Promise<void> {
  const mac = parseMac(text);
  if (mac === null) throw new Problem(400, t`This is no MAC address: it has twelve digits of 0 to 9 and a to f, as in 52:54:00:12:34:56.`);
  // A PUT would give the one that is there another name.
  const there = known.find((client) => client.mac === mac);
  if (there !== undefined) throw new Problem(409, t`${titleOf(there)} has this MAC address, and is in the list already.`);
  await changeClient(mac, name === '' ? {} : { name });
}
