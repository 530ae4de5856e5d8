// SPDX-License-Identifier: Apache-2.0
// Switches a machine on. One that can boot several things is asked for: which of them, this once.
import { notifications } from '@mantine/notifications';
import { t } from '@lingui/core/macro';
import { wakeClient } from '../api/changes';
import { tellError } from '../api/problem';
import type { Client } from '../api/types';
import { titleOf } from '../machines/describe';
import { ask } from '../shared/ask';

export async function wake(client: Client): Promise<void> {
  if (client.offered.length > 1) return askHow(client);
  try {
    await wakeClient(client.mac);
    notifications.show({ message: sent(client) });
  } catch (error) {
    const message = tellError(error);
    if (message !== null) notifications.show({ color: 'red', message });
  }
}

const sent = (client: Client) => t`A magic packet is on its way to ${titleOf(client)}.`;

function askHow(client: Client): void {
  ask({
    title: t`Wake ${titleOf(client)}`,
    fields: [
      {
        name: 'next_boot',
        label: t`Next boot, once`,
        optional: true,
        choices: [{ value: '', label: t`As usual` }, ...client.offered.map(({ name }) => ({ value: name, label: name }))],
      },
      {
        name: 'broadcast',
        label: t`Broadcast address of its network`,
        description: t`For a machine behind a router that lets such packets through.`,
        placeholder: '10.2.0.255',
        optional: true,
      },
    ],
    action: t`Wake`,
    done: sent(client),
    run: ({ next_boot = '', broadcast = '' }) =>
      wakeClient(client.mac, { ...(next_boot !== '' && { next_boot }), ...(broadcast.trim() !== '' && { broadcast: broadcast.trim() }) }),
  });
}
