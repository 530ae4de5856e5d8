// SPDX-License-Identifier: Apache-2.0
// Paths inside an image: "/1/DOS". Pure.

export interface Crumb {
  name: string;
  path: string;
}

/** The folders on the way, the root left out. */
export function crumbsOf(path: string): Crumb[] {
  const names = path.split('/').filter((name) => name !== '');
  return names.map((name, index) => ({ name, path: `/${names.slice(0, index + 1).join('/')}` }));
}

export function pathOf(folder: string, name: string): string {
  return folder.endsWith('/') ? `${folder}${name}` : `${folder}/${name}`;
}
