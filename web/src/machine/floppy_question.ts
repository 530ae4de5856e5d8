// SPDX-License-Identifier: Apache-2.0
// Another floppy in the drive of a running machine, as by a hand.
import { t } from '@lingui/core/macro';
import { swapFloppy } from '../api/changes';
import type { Client, Image } from '../api/types';
import { titleOf } from '../machines/describe';
import { ask } from '../shared/ask';

export function askForFloppy(client: Client, images: readonly Image[]): void {
  const floppies = images.filter(({ removable }) => removable).map(({ name }) => name);
  ask({
    title: t`Change the floppy of ${titleOf(client)}`,
    text: t`The machine sees the new one at once, until it boots anew.`,
    fields: [
      { name: 'image', label: t`Floppy`, initial: floppies[0] ?? '', choices: floppies.map((name) => ({ value: name, label: name })) },
    ],
    action: t`Put it in`,
    done: t`The floppy is in the drive.`,
    run: ({ image = '' }) => swapFloppy(client.mac, image),
  });
}
