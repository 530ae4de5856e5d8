// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { isCommand } from './command';

test('what a shell takes is a command, what a person reads is not', () => {
  for (const command of ['sudo apt-get install ipxe', 'bootferry loader list', 'journalctl -u bootferry -e']) expect(isCommand(command)).toBe(true);
  for (const sentence of ['Plug the cable in.', 'Start the container again with --network host.', 'sudo', '']) expect(isCommand(sentence)).toBe(false);
});
