// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { contentPath, fileContentPath, folderPath, imageDisk, overlayDisk } from './disks';

test('a version of an image', () => {
  expect(contentPath(imageDisk('win'))).toBe('images/win/content');
  expect(contentPath(imageDisk('win', 2))).toBe('images/win/content?version=2');
  expect(folderPath(imageDisk('win'), '/1/A & B')).toBe('images/win/files?path=%2F1%2FA%20%26%20B');
});

test('what a machine has made of it', () => {
  const disk = overlayDisk({ mac: '52:54:00:e2:e0:01', image: 'win', mode: 'fresh' });
  expect(contentPath(disk)).toBe('clients/52%3A54%3A00%3Ae2%3Ae0%3A01/overlays/win/content?mode=fresh');
  expect(fileContentPath(disk, '/x')).toBe('clients/52%3A54%3A00%3Ae2%3Ae0%3A01/overlays/win/files/content?path=%2Fx&mode=fresh');
});
