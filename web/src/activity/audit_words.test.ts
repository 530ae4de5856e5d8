// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import routes from '../../../services/http/openapi/routes.json';
import { describeChange, describeNote, knownRoutes } from './audit_words';

const mac = '52:54:00:e2:e0:01';
const names = new Map([[mac, 'pc1']]);
const say = (method: string, path: string) => describeChange({ method, path: `/api/v1/${path}` }, names);

test('a change is said in words, and a machine is called by its name', () => {
  expect(say('PUT', `clients/${mac}`)).toBe('Change the machine pc1');
  expect(say('PUT', `clients/${encodeURIComponent(mac)}`)).toBe('Change the machine pc1');
  expect(say('PUT', 'clients/aa:bb:cc:dd:ee:ff')).toBe('Change the machine aa:bb:cc:dd:ee:ff');
  expect(say('DELETE', `clients/${mac}/overlays/win/snapshots/2`)).toBe('Remove snapshot 2 of win of pc1');
  expect(say('PUT', 'rules')).toBe('Change the rules');
});

test('what is not known is left to its route', () => {
  expect(say('PUT', 'moon')).toBeNull();
  expect(say('GET', `clients/${mac}`)).toBeNull();
  expect(say('PUT', `clients/${mac}/`)).toBeNull();
});

test('a path that is no good UTF-8 is shown as it came', () => {
  expect(say('DELETE', 'images/%ff')).toBe('Remove the image %ff');
});

test('what of a machine was changed is said, and what a later server names too', () => {
  const note = (path: string, said: string) => describeNote({ method: 'PUT', path: `/api/v1/${path}`, note: said });
  expect(note(`clients/${mac}`, 'groups, name')).toBe('groups, its name');
  expect(note(`clients/${mac}`, 'colour')).toBe('colour');
  expect(note(`clients/${mac}`, '')).toBe('');
  expect(note('users/kim', 'role admin')).toBe('role admin');
});

// Pieces of an upload are data, and a preview changes nothing: the log has no line of them.
const unrecorded = ['PATCH', 'OPTIONS', 'GET'];
const preview = 'POST templates/{name}/preview';

test('each change of the API has its words, and none has words that is gone', () => {
  const all = Object.keys(routes).map((route) => route.replace('/api/v1/', ''));
  const changes = all.filter((route) => !unrecorded.includes(route.split(' ')[0] ?? '') && route !== preview);
  expect(changes.length).toBeGreaterThan(40);
  expect(changes.filter((route) => !knownRoutes.includes(route))).toEqual([]);
  expect(knownRoutes.filter((route) => !all.includes(route))).toEqual([]);
});
