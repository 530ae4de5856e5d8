// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { imageNameOf, isSame } from './uploader';

test.each([
  ['win 11.qcow2.xz', 'win-11'], ['debian-12.iso', 'debian-12'], ['DISK1.IMG', 'DISK1'], ['.hidden.raw', 'hidden'], ['archive.tar.gz', 'archive.tar'], ['öl.img', 'l'],
])('%s becomes the image %s', (file, image) => {
  expect(imageNameOf(file)).toBe(image);
});

test('an upload goes on only with the same file for the same image', () => {
  const upload = { image: 'dos', file_name: 'dos.img', length: 10 };
  expect(isSame(upload, { name: 'dos.img', size: 10 }, 'dos')).toBe(true);
  expect(isSame(upload, { name: 'dos.img', size: 11 }, 'dos')).toBe(false);
  expect(isSame(upload, { name: 'dos.img', size: 10 }, 'dos2')).toBe(false);
});
