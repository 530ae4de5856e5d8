// SPDX-License-Identifier: Apache-2.0
// Where the API has what is on a disk: a version of an image, or what a machine has made of one.
import type { Overlay } from './types';

export interface Disk {
  /** for people: the image's */
  name: string;
  path: string;
  /** which of several */
  query: Record<string, string>;
}

const part = encodeURIComponent;

export const imageDisk = (image: string, version?: number): Disk => ({
  name: image,
  path: `images/${part(image)}`,
  query: version === undefined ? {} : { version: String(version) },
});
export const overlayDisk = ({ mac, image, mode }: Pick<Overlay, 'mac' | 'image' | 'mode'>): Disk => ({
  name: image,
  path: `clients/${part(mac)}/overlays/${part(image)}`,
  query: { mode },
});

function address({ path, query }: Disk, what: string, more: Record<string, string> = {}): string {
  // Not URLSearchParams: its "+" for a space is of forms, and no space to the server.
  const words = Object.entries({ ...more, ...query }).map(([key, value]) => `${key}=${part(value)}`);
  return `${path}/${what}${words.length === 0 ? '' : `?${words.join('&')}`}`;
}

/** All of its bytes. */
export const contentPath = (disk: Disk) => address(disk, 'content');
export const folderPath = (disk: Disk, path: string) => address(disk, 'files', { path });
export const fileContentPath = (disk: Disk, path: string) => address(disk, 'files/content', { path });
