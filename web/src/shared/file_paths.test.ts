// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { crumbsOf, pathOf } from './file_paths';

test('the way to a folder, step by step', () => {
  expect(crumbsOf('/')).toEqual([]);
  expect(crumbsOf('/1/DOS')).toEqual([{ name: '1', path: '/1' }, { name: 'DOS', path: '/1/DOS' }]);
  expect(pathOf('/', 'DOS')).toBe('/DOS');
  expect(pathOf('/1', 'DOS')).toBe('/1/DOS');
});
