// SPDX-License-Identifier: Apache-2.0
import { afterEach, expect, test, vi } from 'vitest';
import { copyOrSave } from './copy';
import * as download from './download';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test('a text goes to the clipboard where there is one', async () => {
  const writeText = vi.fn().mockResolvedValue(undefined);
  vi.stubGlobal('navigator', { clipboard: { writeText } });
  const save = vi.spyOn(download, 'save').mockReturnValue(undefined);
  expect(await copyOrSave('hello', 'x.txt')).toBe(true);
  expect(writeText).toHaveBeenCalledWith('hello');
  expect(save).not.toHaveBeenCalled();
});

test.each([{}, { clipboard: { writeText: () => Promise.reject(new Error('not allowed')) } }])('and is a file where there is none', async (navigator) => {
  vi.stubGlobal('navigator', navigator);
  const save = vi.spyOn(download, 'save').mockReturnValue(undefined);
  expect(await copyOrSave('hello', 'x.txt')).toBe(false);
  expect(save).toHaveBeenCalledWith(expect.any(Blob), 'x.txt');
});
