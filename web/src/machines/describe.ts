// SPDX-License-Identifier: Apache-2.0
// A machine in words, and the order in which the page lists machines. Pure.
import type { Architecture, Boot, Client, ClientState, Drive } from '../api/types';
import type { Tone } from '../shared/Dot';

export function titleOf(client: Client): string {
  return client.name ?? client.mac;
}

export function describeDrive(drive: Drive): string {
  if (drive.mode === 'master') return drive.image;
  return `${drive.image} (${drive.mode === 'readonly' ? 'read only' : drive.mode})`;
}

export function describeBoot(boot: Boot): string {
  switch (boot.kind) {
    case 'wait':
      return 'Not assigned';
    case 'disks':
      return boot.drives.map(describeDrive).join(', ');
    case 'kernel':
      return `Kernel ${boot.kernel.slice(boot.kernel.lastIndexOf('/') + 1)}`;
    case 'local':
      return 'Its own disk';
  }
}

const architectureWords: Record<Architecture, string> = {
  bios: 'BIOS',
  'efi-ia32': 'UEFI 32-bit',
  'efi-x64': 'UEFI',
  'efi-arm32': 'UEFI ARM 32-bit',
  'efi-arm64': 'UEFI ARM',
  unknown: 'Unknown firmware',
};

export function describeArchitecture(architecture: Architecture): string {
  return architectureWords[architecture];
}

export const stateWords: Record<ClientState, { word: string; tone: Tone }> = {
  on: { word: 'On', tone: 'good' },
  booting: { word: 'Booting', tone: 'busy' },
  waiting: { word: 'Waiting', tone: 'busy' },
  off: { word: 'Off', tone: 'quiet' },
};

/** Machines that need a decision first, the latest on top; then the known ones by name. */
export function inListOrder(clients: readonly Client[]): Client[] {
  return [...clients].sort((a, b) => {
    if (a.known !== b.known) return a.known ? 1 : -1;
    if (!a.known) return (b.first_seen ?? '').localeCompare(a.first_seen ?? '') || a.mac.localeCompare(b.mac);
    return titleOf(a).localeCompare(titleOf(b), undefined, { numeric: true }) || a.mac.localeCompare(b.mac);
  });
}
