// SPDX-License-Identifier: Apache-2.0
// An image in words. Pure.
import { t } from '@lingui/core/macro';
import type { Check, Image, Preset, Severity } from '../api/types';
import type { Tone } from '../shared/Dot';

export function describeFormat({ format, removable, block_size }: Image): string {
  if (block_size === 2048) return 'CD';
  return removable ? t`floppy, ${format}` : format;
}

/** Why an image cannot be used, and the mend; null when its files are there. */
export function tellMissing({ missing_files: files }: Pick<Image, 'missing_files'>): string | null {
  if (files.length === 0) return null;
  const paths = files.join(', ');
  return files.length === 1
    ? t`Its file ${paths} is gone, and no machine can use the image. Put the file back there, or remove the image.`
    : t`Its files ${paths} are gone, and no machine can use the image. Put the files back there, or remove the image.`;
}

export function describeKind(kind: Check['kind']): string {
  switch (kind) {
    case 'dos':
      return t`a DOS disk`;
    case 'mbr':
      return t`a disk with an MBR`;
    case 'gpt':
      return t`a disk with a GPT`;
    case 'floppy':
      return t`a floppy`;
    case 'volume':
      return t`a file system without a partition table`;
    case 'cd':
      return t`a CD`;
    case 'blank':
      return t`empty`;
    case 'unknown':
      return t`of a kind that is not known here`;
  }
}

export function severityOf(severity: Severity): { word: string; tone: Tone } {
  switch (severity) {
    case 'ok':
      return { word: t`Right`, tone: 'good' };
    case 'note':
      return { word: t`Note`, tone: 'quiet' };
    case 'warning':
      return { word: t`Warning`, tone: 'busy' };
    case 'error':
      return { word: t`Error`, tone: 'bad' };
  }
}

export interface PresetWords {
  preset: Preset;
  label: string;
  meaning: string;
  /** what is filled in; null where the preset has the only one */
  size: string | null;
}

export function presets(): PresetWords[] {
  const floppy = t`A formatted floppy, removable.`;
  return [
    { preset: 'linux', label: t`Disk for Linux or Windows`, meaning: t`An empty disk: the installer lays it out.`, size: '16 GiB' },
    { preset: 'dos', label: t`DOS disk`, meaning: t`One active FAT partition, with the geometry that a BIOS finds.`, size: '500 MiB' },
    { preset: 'blank', label: t`Zeros`, meaning: t`Nothing but zeros, of any size.`, size: '8 GiB' },
    { preset: 'floppy-1440', label: t`Floppy, 1.44 MB`, meaning: floppy, size: null },
    { preset: 'floppy-2880', label: t`Floppy, 2.88 MB`, meaning: floppy, size: null },
    { preset: 'floppy-1200', label: t`Floppy, 1.2 MB`, meaning: floppy, size: null },
    { preset: 'floppy-720', label: t`Floppy, 720 KB`, meaning: floppy, size: null },
    { preset: 'floppy-360', label: t`Floppy, 360 KB`, meaning: t`A formatted floppy, removable. iPXE reads none of this size.`, size: null },
  ];
}
