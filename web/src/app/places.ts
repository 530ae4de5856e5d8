// SPDX-License-Identifier: Apache-2.0
// Where things are on the page. The router reads them behind the '#', so that any server and any base path will do.
export const places = {
  machines: '/',
  machine: (mac: string) => `/machines/${encodeURIComponent(mac)}`,
  images: '/images',
  image: (name: string) => `/images/${encodeURIComponent(name)}`,
  network: '/network',
  sessions: '/sessions',
  activity: '/activity',
  settings: '/settings',
  settingsSection: (name: string) => `/settings/${name}`,
} as const;
