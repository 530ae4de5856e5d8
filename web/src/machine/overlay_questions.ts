// SPDX-License-Identifier: Apache-2.0
// What is asked before something becomes of a machine's changes.
import { t } from '@lingui/core/macro';
import { applyOverlay, cloneOverlay, growOverlay, rebaseOverlay, takeSnapshot } from '../api/changes';
import type { Overlay } from '../api/types';
import { ask } from '../shared/ask';
import { formatBytes, parseSize } from '../shared/format';

const comment = () => ({ name: 'comment', label: t`Comment`, placeholder: t`before the update` });

export function askForSnapshot(overlay: Overlay): void {
  ask({
    title: t`Take a snapshot`,
    text: t`What the drive is now is kept, and can be gone back to.`,
    fields: [comment()],
    action: t`Take the snapshot`,
    done: t`The snapshot is taken.`,
    run: (values) => takeSnapshot(overlay, values['comment'] ?? ''),
  });
}

export function askForApply(overlay: Overlay): void {
  ask({
    title: t`Apply the changes to ${overlay.image}`,
    text: t`What this machine has becomes the image's next version, at once. Other machines get it at their next boot, or when they are rebased.`,
    fields: [comment()],
    action: t`Apply`,
    done: t`${overlay.image} has a new version.`,
    run: (values) => applyOverlay(overlay, values['comment'] ?? ''),
  });
}

export function askForRebase(overlay: Overlay): void {
  ask({
    title: t`Rebase to version ${overlay.current_version}?`,
    text: t`The machine begins with the current version. What it has now stays as a snapshot to go back to; two file systems are not mixed.`,
    action: t`Rebase`,
    done: t`The machine boots version ${overlay.current_version} next.`,
    run: () => rebaseOverlay(overlay),
  });
}

export function askForClone(overlay: Overlay): void {
  ask({
    title: t`Clone into a new image`,
    text: t`The new image is what this machine has now. Nothing is copied.`,
    fields: [{ name: 'name', label: t`Name of the new image` }],
    action: t`Clone`,
    done: t`The new image is there.`,
    run: (values) => cloneOverlay(overlay, values['name']?.trim() ?? ''),
  });
}

export function askForGrowth(overlay: Overlay): void {
  ask({
    title: t`Grow the drive`,
    text: t`Also while the machine runs: it sees a bigger disk. Growing the partition and the file system is the machine's own business. No drive gets smaller.`,
    fields: [{ name: 'size', label: t`Size afterwards`, kind: 'size', initial: formatBytes(overlay.size), placeholder: '16G' }],
    action: t`Grow`,
    run: (values) => growOverlay(overlay, parseSize(values['size'] ?? '') ?? 0),
  });
}
