// SPDX-License-Identifier: Apache-2.0
// What a machine boots when it is given one image: a CD from a CD drive, a floppy as drive 0x00, all else as its first disk. Pure.
import type { Boot, DriveMode, Image } from '../api/types';

export type ImageKind = 'disk' | 'cd' | 'floppy';

/** 5.25 and 3.5 inch, in KiB */
const floppySizes: readonly number[] = [160, 180, 320, 360, 720, 1200, 1440, 2880];

export function kindOf({ format, size }: Pick<Image, 'format' | 'size'>): ImageKind {
  if (format === 'iso') return 'cd';
  return floppySizes.includes(size / 1024) ? 'floppy' : 'disk';
}

/** The server's rule: what is removable, or small, may be in a floppy drive, of whatever size. */
export function fits(image: Image, drive: 'cd' | 'floppy'): boolean {
  if (drive === 'cd') return kindOf(image) === 'cd';
  return kindOf(image) !== 'cd' && (image.removable || image.size <= 4 * 1024 ** 2);
}

export function bootOf(image: Image, mode: DriveMode): Boot {
  switch (kindOf(image)) {
    case 'cd':
      return { kind: 'cd', image: image.name, mode: 'readonly' };
    case 'floppy':
      return { kind: 'floppy', image: image.name, mode };
    case 'disk':
      return { kind: 'disks', drives: [{ image: image.name, mode }] };
  }
}

/** The image that it boots from, and how it has it; a CD's mode is nobody's choice. */
export function firstDrive(boot: Boot): { image: string; mode?: DriveMode | undefined } | undefined {
  if (boot.kind === 'disks') return boot.drives[0];
  if (boot.kind === 'floppy') return { image: boot.image, mode: boot.mode };
  return boot.kind === 'cd' ? { image: boot.image } : undefined;
}
