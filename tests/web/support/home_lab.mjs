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
  server.addImage('old-laptop', 20 * gib, 0, { missing_files: ['/var/lib/bootferry/images/old-laptop.raw'] });

  // As the server has it: what a machine boots is an entry of its own.
  const known = (mac, name, more) => {
    const entries = [{ name: more.boot.kind === 'local' ? 'Own disk' : 'Debian', boot: more.boot }];
    const offered = entries.map((entry) => ({ ...entry, group: null }));
    server.seeMachine(mac, { name, known: true, first_seen: minutesAgo(9000), entries, offered, ...more });
  };
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
  fillImages(server);
  fillBoots(server);
  server.leases.push(
    { address: '10.99.0.100', mac: '52:54:00:e2:e0:01', vendor: 'QEMU virtual NIC', hostname: 'workshop-pc', state: 'bound', expires: minutesAgo(-600) },
    { address: '10.99.0.104', mac: '52:54:00:e2:e0:02', hostname: null, state: 'bound', expires: minutesAgo(-580) },
  );
  server.pool = { first: '10.99.0.100', last: '10.99.0.199', size: 100, leased: 2, reserved: 1, declined: 1, free: 96, warning: null };
  const workshop = server.clients.get('52:54:00:e2:e0:01');
  workshop.reserved_address = '10.99.0.100';
  workshop.vendor = 'QEMU virtual NIC';
  workshop.entries = [
    { name: 'Debian', boot: workshop.boot },
    { name: 'Windows', boot: { kind: 'disks', drives: [disk('windows-11', 'private')] } },
    { name: 'Rescue', boot: { kind: 'iso', iso: 'rescue/systemrescue.iso' } },
  ];
  workshop.offered = workshop.entries.map((entry) => ({ ...entry, group: null }));
  server.servers.push({
    address: '10.99.0.254', mac: '52:54:00:00:00:fe', kind: 'dhcp', boot_file: null, first_seen: minutesAgo(600), last_seen: minutesAgo(3),
  });
  server.groups.set('classroom', {
    name: 'classroom', entries: [{ name: 'Windows', boot: { kind: 'disks', drives: [disk('windows-11', 'fresh')] } }], default_entry: null,
    menu_timeout: null, variables: { mirror: '10.99.0.9', locale: 'fr_FR.UTF-8' }, clients: ['52:54:00:e2:e0:01'],
  });
  workshop.groups = ['classroom'];
  workshop.variables = { seat: '7', locale: 'en_GB.UTF-8' };
  const pattern = { mac: null, uuid: null, serial: null, architecture: null };
  server.rules = [
    { ...pattern, mac: '52:54:00:*', serial: '5CG*', then: { kind: 'group', group: 'classroom' } },
    { ...pattern, architecture: 'efi-x64', then: { kind: 'disks', drives: [disk('windows-11', 'fresh')] } },
    { ...pattern, mac: '9c:b6:54:*', architecture: 'bios', then: { kind: 'client', client: '52:54:00:e2:e0:02' } },
  ];
  server.writes.push(
    { method: 'PUT', path: 'clients/52:54:00:e2:e0:01', body: { name: 'workshop-pc', groups: [] } }, { method: 'POST', path: 'images/windows-11/publish', body: {} },
    { method: 'PUT', path: 'rules', body: {} },
  );
  server.tokens.push({ id: 1, name: 'grafana', scope: 'read', owner: 'admin', created: minutesAgo(900), expires: minutesAgo(-90_000), used: minutesAgo(1) });
  const told = { kind: 'boot-failed', milliseconds: 12 };
  server.webhooks.push(
    {
      number: 1, address: 'https://ntfy.lan:443', events: ['unknown-client', 'boot-failed'], signed: true, failing_since: null,
      last: { ...told, at: minutesAgo(9), delivered: true, status: 204, text: 'https://ntfy.lan:443 answered 204 No Content' }, delivered: 12, lost: 0, waiting: 0,
    },
    {
      number: 2, address: 'http://homeassistant.lan:8123', events: ['unknown-client'], signed: false, failing_since: minutesAgo(40),
      last: {
        ...told, at: minutesAgo(40), delivered: false, status: null,
        text: "no receiver answers at http://homeassistant.lan:8123 (Connection refused); is it running, and is the webhook's url right?",
      },
      delivered: 3, lost: 2, waiting: 1,
    },
  );
  server.checkLines.push(
    { id: 'tftp', verdict: 'ok', text: 'TFTP sends undionly.kpxe whole (74 KB).', mend: null },
    { id: 'loaders', verdict: 'warn', text: 'There is no loader for 64-bit ARM.', mend: 'Put ipxe-arm64.efi into the folder of loaders.' },
    { id: 'firewall', verdict: 'fail', text: 'The firewall drops UDP 69.', mend: 'sudo nft add rule inet filter input udp dport 69 accept' },
  );
  for (let i = 0; i < 6; i += 1) server.publish('script-served', '9c:b6:54:aa:10:7e', '9c:b6:54:aa:10:7e waits to be assigned');
}

function fillImages(server) {
  server.versions.get('windows-11').push(
    { number: 2, comment: 'with Word', created: minutesAgo(300), size: 64 * 1024 ** 3, allocated: 812 * 1024 ** 2, depth: 2, used_by: [] },
  );
  const snapshot = { number: 1, version: 1, comment: 'before the update', created: minutesAgo(700), allocated: 4194304 };
  server.addOverlay('52:54:00:e2:e0:03', 'windows-11', {
    behind: true, current_version: 2, allocated: 1.9 * 1024 ** 3, quota: 2 * 1024 ** 3, snapshots: [snapshot], created: minutesAgo(4000),
  });
  server.jobs.push({
    id: 5, kind: 'add-image', image: 'ubuntu-26.04', client: null, state: 'running', step: 'converting', done: 3.1e9, total: 8.4e9, error: null, upload: null,
    started: minutesAgo(2), ended: null, source: null,
  });
  server.findings.set('msdos-622', [
    { severity: 'ok', code: 'mbr-signature', sentence: 'The boot signature is there.', mend: '', repairable: false },
    { severity: 'warning', code: 'config-emm386', sentence: 'CONFIG.SYS loads EMM386, under which a PC that booted over the network stops.', mend: 'Take the line out.', repairable: false },
    { severity: 'error', code: 'fat-hidden-sectors', sentence: 'The boot sector counts 0 hidden sectors; the partition begins behind 63.', mend: 'Write 63.', repairable: true },
  ]);
}

function fillBoots(server) {
  server.addBoot('52:54:00:e2:e0:01', [
    [0, 'discover', 'It asks for an address (UEFI PXE).', 4000, 2], [120, 'offer', 'The router offers 10.99.0.100; we name the loader.'], [180, 'address', 'It takes 10.99.0.100.'],
    [230, 'loader', 'It fetches snponly.efi.', 610], [1400, 'ipxe', 'iPXE asks for its script.'], [1460, 'script', 'It got its boot script: debian-12.'],
    [1530, 'login', 'iPXE opened debian-12.'], [1560, 'read', 'It reads the first sector.', 9800, 312], [16200, 'system', 'Linux opened debian-12 itself.'],
  ], { image: 'debian-12', architecture: 'efi-x64', bytes_read: 412e6, bytes_written: 88e6 });
  server.addBoot('52:54:00:e2:e0:03', [
    [0, 'discover', 'It asks for an address (UEFI PXE).'], [90, 'offer', 'The router offers 10.99.0.101; we name the loader.'], [300, 'loader', 'It fetches snponly.efi.', 700],
    [1500, 'script', 'It got its boot script: debian-12.'], [1580, 'refused', 'It may not open debian-12: workshop-pc has it open for writing.', 9600, 5],
  ], {
    state: 'failed', stage: 'login', image: 'debian-12', code: 'target-busy', reason: 'Another machine has debian-12 open for writing.',
    mend: 'Give this machine the image as private, or shut workshop-pc down.',
  });
}
