// SPDX-License-Identifier: Apache-2.0
// A plausible evening in a home lab: what the page looks like in use, for the accessibility tests and for looking at it.

const minutesAgo = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();
const disk = (image, mode = 'master') => ({ image, mode });

export function fillWithHomeLab(server) {
  const gib = 1024 ** 3;
  server.addImage('debian-12', 32 * gib, 4.6 * gib);
  server.addImage('windows-11', 64 * gib, 21.3 * gib);
  server.addImage('msdos-622', 104857600, 8388608);
  server.addImage('rescue', 2 * gib, 0.7 * gib);

  const known = (mac, name, more) => server.seeMachine(mac, { name, known: true, first_seen: minutesAgo(9000), ...more });
  known('52:54:00:e2:e0:01', 'workshop-pc', {
    boot: { kind: 'disks', drives: [disk('debian-12'), disk('rescue', 'readonly')] }, address: '10.99.0.100', architecture: 'efi-x64', state: 'on',
  });
  known('52:54:00:e2:e0:02', 'retro-486', {
    boot: { kind: 'disks', drives: [disk('msdos-622')] }, address: '10.99.0.104', state: 'booting',
  });
  known('52:54:00:e2:e0:03', 'living-room', { boot: { kind: 'local' }, architecture: 'efi-x64', state: 'off', last_seen: minutesAgo(1500) });
  known('52:54:00:e2:e0:04', 'pi-cluster-1', {
    boot: { kind: 'kernel', kernel: 'debian/vmlinuz', initrds: [], command_line: '' }, architecture: 'efi-arm64', state: 'off', last_seen: minutesAgo(47),
  });
  server.seeMachine('9c:b6:54:aa:10:7e', { address: '10.99.0.117', architecture: 'efi-x64' });

  server.addSession('52:54:00:e2:e0:01', 'debian-12', { bytes_read: 1.4 * gib, bytes_written: 88 * 1024 ** 2 });
  server.addSession('52:54:00:e2:e0:01', 'rescue', { bytes_read: 12 * 1024 ** 2, drive: '0x81', read_only: true });
  server.publish('tftp-done', '52:54:00:e2:e0:02', 'retro-486 got undionly.kpxe (70 KiB)');
  server.publish('script-served', '52:54:00:e2:e0:02', 'retro-486 got its boot script: msdos-622');
  server.publish('login-refused', '52:54:00:e2:e0:03', 'living-room may not open debian-12: workshop-pc has it open for writing');
  for (let i = 0; i < 6; i += 1) server.publish('script-served', '9c:b6:54:aa:10:7e', '9c:b6:54:aa:10:7e waits to be assigned');
}
