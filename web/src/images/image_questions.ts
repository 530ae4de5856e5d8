// SPDX-License-Identifier: Apache-2.0
// What is asked before an image or its versions change.
import { t } from '@lingui/core/macro';
import { navigate } from 'wouter/use-hash-location';
import { cloneImage, growImage, publishVersion, removeImage, removeVersion } from '../api/changes';
import type { Image } from '../api/types';
import { places } from '../app/places';
import { ask } from '../shared/ask';
import { formatBytes, parseSize } from '../shared/format';

/** from: an older version to go back to; the current one when left out */
export function askForPublication(name: string, from?: number): void {
  ask({
    title: from === undefined ? t`Publish a version of ${name}` : t`Go back to version ${from} of ${name}`,
    text:
      from === undefined
        ? t`The image as it is stays as a version that nothing changes any more; a new one on top of it is the current one.`
        : t`A new version that is the same as version ${from} becomes the current one. Machines get it at their next boot.`,
    fields: [{ name: 'comment', label: t`Comment`, optional: true }],
    action: t`Publish`,
    done: t`${name} has a new version.`,
    run: ({ comment = '' }) => publishVersion(name, { comment, ...(from !== undefined && { from }) }),
  });
}

export function askForClone(image: string, from?: number): void {
  ask({
    title: from === undefined ? t`Clone ${image}` : t`Clone version ${from} of ${image}`,
    text: t`A new image that begins as this one. Nothing is copied.`,
    fields: [{ name: 'name', label: t`Name of the new image` }],
    action: t`Clone`,
    run: async (values) => {
      const made = await cloneImage(image, { name: values['name']?.trim() ?? '', ...(from !== undefined && { from }) });
      navigate(places.image(made.name));
    },
  });
}

export function askForGrowth(image: Image): void {
  ask({
    title: t`Grow ${image.name}`,
    text: t`Also while machines use it: they see a bigger disk. Growing the partition and the file system is their own business. No image gets smaller.`,
    fields: [{ name: 'size', label: t`Size afterwards`, kind: 'size', initial: formatBytes(image.size), placeholder: '16G' }],
    action: t`Grow`,
    run: (values) => growImage(image.name, parseSize(values['size'] ?? '') ?? 0),
  });
}

export function askToRemove(image: Image): void {
  ask({
    title: t`Remove the image ${image.name}?`,
    text: t`Its file and all its versions are gone for good.`,
    action: t`Remove`,
    danger: true,
    done: t`${image.name} was removed.`,
    run: async () => {
      await removeImage(image.name);
      navigate(places.images);
    },
  });
}

export function askToRemoveVersion(image: string, number: number): void {
  ask({
    title: t`Remove version ${number} of ${image}?`,
    text: t`It cannot be gone back to any more.`,
    action: t`Remove`,
    danger: true,
    run: () => removeVersion(image, number),
  });
}
