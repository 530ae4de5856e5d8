// SPDX-License-Identifier: Apache-2.0
// The kinds of boot, which fields each has, and how what was typed becomes a Boot. Pure.
import { t } from '@lingui/core/macro';
import type { Boot, BootKind, Drive } from '../api/types';

export interface BootField {
  key: string;
  /** drives: 1 to 4; drive: one, whose keys lie beside the others; lines: a list, one a line */
  kind: 'drives' | 'drive' | 'text' | 'lines' | 'flag';
  label: string;
  description?: string;
  optional?: boolean;
  /** of a drive: the images that it can have; disks have any */
  images?: 'cd' | 'floppy';
}

export type BootValues = Record<string, unknown>;

/** In the order in which they are offered. */
export const bootKinds: readonly BootKind[] = [
  'disks', 'local', 'floppy', 'cd', 'iso', 'installer', 'kernel', 'windows', 'efi', 'ipxe', 'shell', 'poweroff', 'wait',
];

export function bootKindLabel(kind: BootKind): string {
  switch (kind) {
    case 'disks':
      return t`Disks`;
    case 'local':
      return t`Its own disk`;
    case 'floppy':
      return t`Floppy`;
    case 'cd':
      return t`CD as a drive`;
    case 'iso':
      return t`ISO over HTTP`;
    case 'installer':
      return t`Installer, with disks attached`;
    case 'kernel':
      return t`Linux kernel`;
    case 'windows':
      return t`Windows setup (wimboot)`;
    case 'efi':
      return t`EFI program`;
    case 'ipxe':
      return t`Another iPXE script`;
    case 'shell':
      return t`iPXE shell`;
    case 'poweroff':
      return t`Power off`;
    case 'wait':
      return t`Wait`;
  }
}

export function fieldsOf(kind: BootKind): BootField[] {
  const file = t`A URL, or a file in the server's folder "files".`;
  const drives: BootField = { key: 'drives', kind: 'drives', label: t`Drives` };
  const kernel: BootField[] = [
    { key: 'kernel', kind: 'text', label: t`Kernel`, description: file },
    { key: 'initrds', kind: 'lines', label: t`Initrds`, description: t`One a line.`, optional: true },
    { key: 'command_line', kind: 'text', label: t`Command line`, optional: true },
  ];
  switch (kind) {
    case 'disks':
      return [drives, { key: 'keep_san', kind: 'flag', label: t`Keep them attached when the first does not boot`, optional: true }];
    case 'floppy':
      return [
        { key: 'drive', kind: 'drive', label: t`Floppy`, images: 'floppy' },
        { key: 'memdisk', kind: 'flag', label: t`Into the machine's memory (MEMDISK)`, optional: true },
      ];
    case 'cd':
      return [{ key: 'drive', kind: 'drive', label: t`CD`, images: 'cd' }];
    case 'iso':
      return [{ key: 'iso', kind: 'text', label: t`ISO`, description: file }];
    case 'installer':
      return [drives, ...kernel];
    case 'kernel':
      return kernel;
    case 'windows':
      return [
        drives,
        { key: 'files', kind: 'lines', label: t`Boot files`, description: t`bootmgr, BCD, boot.sdi, boot.wim: one a line.` },
        { key: 'wimboot', kind: 'text', label: 'wimboot', description: file, optional: true },
      ];
    case 'efi':
      return [
        { key: 'program', kind: 'text', label: t`Program`, description: file },
        { key: 'arguments', kind: 'text', label: t`Arguments`, optional: true },
      ];
    case 'ipxe':
      return [{ key: 'url', kind: 'text', label: t`Script`, description: file }];
    default:
      return [];
  }
}

/** What the fields show of a boot. */
export function valuesOf(boot: Boot): BootValues {
  const { kind, ...values } = boot;
  if (kind === 'floppy' || kind === 'cd') {
    const { image, mode = kind === 'cd' ? 'readonly' : 'master', ...rest } = boot;
    return { ...values, drive: { image, mode, ...('quota' in rest && { quota: rest.quota }) } };
  }
  return values;
}

/** null while something is missing. */
export function makeBoot(kind: BootKind, values: BootValues): Boot | null {
  const boot: Record<string, unknown> = { kind };
  for (const field of fieldsOf(kind)) {
    const value = valueOf(field, values[field.key]);
    if (value === null && field.optional !== true) return null;
    if (value === null) continue;
    if (field.kind === 'drive') Object.assign(boot, value);
    else boot[field.key] = value;
  }
  return boot as unknown as Boot;
}

function valueOf({ kind }: BootField, value: unknown): unknown {
  switch (kind) {
    case 'flag':
      return value === true ? true : null;
    case 'text':
      return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
    case 'lines': {
      const lines = (Array.isArray(value) ? (value as string[]) : []).map((line) => line.trim()).filter((line) => line !== '');
      return lines.length === 0 ? null : lines;
    }
    case 'drive':
      return (value as Drive | undefined)?.image ? value : null;
    case 'drives':
      return Array.isArray(value) && value.length > 0 && (value as Drive[]).every(({ image }) => image !== '') ? value : null;
  }
}
