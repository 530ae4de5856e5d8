// SPDX-License-Identifier: Apache-2.0
// A machine in words, and the order in which the page lists machines. Pure.
import { t } from '@lingui/core/macro';
import { driveModeLabel } from '../assign/drive_modes';
import type { Architecture, Boot, Client, Drive } from '../api/types';
import type { Tone } from '../shared/Dot';
import { said } from '../shared/server_words';

export function titleOf(client: Pick<Client, 'mac' | 'name'>): string {
  return client.name ?? client.mac;
}

export function describeDrive(drive: Drive): string {
  if (drive.mode === 'master') return drive.image;
  return `${drive.image} (${driveModeLabel(drive.mode).toLowerCase()})`;
}

export function describeBoot(boot: Boot): string {
  switch (boot.kind) {
    case 'wait':
      return t`Not assigned`;
    case 'disks':
      return boot.drives.map(describeDrive).join(', ');
    case 'kernel':
      return t`Kernel ${lastPart(boot.kernel)}`;
    case 'local':
      return t`Its own disk`;
    case 'floppy':
      return t`Floppy ${boot.image}`;
    case 'cd':
      return t`CD ${boot.image}`;
    case 'installer':
      return t`Installer ${lastPart(boot.kernel)} for ${boot.drives.map(describeDrive).join(', ')}`;
    case 'windows':
      return t`Windows setup for ${boot.drives.map(describeDrive).join(', ')}`;
    case 'iso':
      return t`ISO ${lastPart(boot.iso)}`;
    case 'efi':
      return t`EFI program ${lastPart(boot.program)}`;
    case 'ipxe':
      return t`iPXE script ${lastPart(boot.url)}`;
    case 'shell':
      return t`iPXE shell`;
    case 'poweroff':
      return t`Power off`;
  }
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function describeArchitecture(architecture: Architecture): string {
  switch (architecture) {
    case 'bios':
      return 'BIOS';
    case 'efi-ia32':
      return t`UEFI 32-bit`;
    case 'efi-x64':
      return 'UEFI';
    case 'efi-arm32':
      return t`UEFI ARM 32-bit`;
    case 'efi-arm64':
      return 'UEFI ARM';
    case 'raspberry-pi':
      return 'Raspberry Pi';
    case 'unknown':
      return t`Unknown firmware`;
  }
}

/** Who made it, where it is, what firmware it has. */
export function factsOf({ vendor, address, architecture }: Client): string[] {
  return [vendor, address, architecture === null ? null : describeArchitecture(architecture)].filter((fact) => fact != null);
}

export function stateOf({ state, last_boot }: Client): { word: string; tone: Tone } {
  if (state !== 'on' && last_boot?.state === 'failed') return { word: t`Failed`, tone: 'bad' };
  if (state !== 'on' && last_boot?.state === 'stalled') return { word: t`Stalled`, tone: 'bad' };
  switch (state) {
    case 'on':
      return { word: t`On`, tone: 'good' };
    case 'booting':
      return { word: t`Booting`, tone: 'busy' };
    case 'waiting':
      return { word: t`Waiting`, tone: 'busy' };
    case 'off':
      return { word: t`Off`, tone: 'quiet' };
  }
}

/** Why its last boot came to nothing; null while nothing is wrong. */
export function troubleOf({ last_boot }: Client): string | null {
  if (last_boot?.state !== 'failed' && last_boot?.state !== 'stalled') return null;
  return last_boot.reason === null ? null : said(last_boot.reason);
}

/** Whether all words of the search are in what the row shows. */
export function matches(client: Client, search: string): boolean {
  const words = search.toLowerCase().split(/\s+/).filter((word) => word !== '');
  if (words.length === 0) return true;
  const text = [client.mac, client.name, ...factsOf(client), describeBoot(client.boot), stateOf(client).word].join(' ').toLowerCase();
  return words.every((word) => text.includes(word));
}

/** Machines that need a decision first, the latest on top; then the known ones by name. */
export function inListOrder(clients: readonly Client[]): Client[] {
  const collator = new Intl.Collator(undefined, { numeric: true });
  return [...clients].sort((a, b) => {
    if (a.known !== b.known) return a.known ? 1 : -1;
    if (!a.known) return (b.first_seen ?? '').localeCompare(a.first_seen ?? '') || a.mac.localeCompare(b.mac);
    return collator.compare(titleOf(a), titleOf(b)) || a.mac.localeCompare(b.mac);
  });
}
