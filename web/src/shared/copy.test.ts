// SPDX-License-Identifier: Apache-2.0
import { afterEach, expect, test, vi } from 'vitest';
import { copyText } from './copy';

afterEach(() => vi.unstubAllGlobals());

/** As much of a page as copying by hand needs. */
function stubPage(copies: boolean) {
  const area = { style: {}, value: '', select: vi.fn(), remove: vi.fn() };
  vi.stubGlobal('HTMLElement', class {});
  vi.stubGlobal('document', { createElement: () => area, body: { append: vi.fn() }, activeElement: null, execCommand: vi.fn(() => copies) });
  return area;
}

test('a text goes to the clipboard where there is one', async () => {
  const writeText = vi.fn().mockResolvedValue(undefined);
  vi.stubGlobal('navigator', { clipboard: { writeText } });
  expect(await copyText('hello')).toBe(true);
  expect(writeText).toHaveBeenCalledWith('hello');
});

test.each([{}, { clipboard: { writeText: () => Promise.reject(new Error('not allowed')) } }])('and is copied by hand where there is none', async (navigator) => {
  vi.stubGlobal('navigator', navigator);
  const area = stubPage(true);
  expect(await copyText('hello')).toBe(true);
  expect(area.value).toBe('hello');
  expect(area.remove).toHaveBeenCalled();
});

test('a browser that keeps the clipboard is told of', async () => {
  vi.stubGlobal('navigator', {});
  stubPage(false);
  expect(await copyText('hello')).toBe(false);
});
