// SPDX-License-Identifier: Apache-2.0
// What a screen reader says while a row is moved.
import type { DndContextProps } from '@dnd-kit/core';
import { t } from '@lingui/core/macro';

export function dragAnnouncements(): NonNullable<DndContextProps['accessibility']> {
  return {
    screenReaderInstructions: {
      draggable: t`To move it press space, then the arrow keys, then space again; escape leaves it where it was.`,
    },
    announcements: {
      onDragStart: ({ active }) => t`${active.id} is picked up.`,
      onDragOver: ({ active, over }) => (over === null || over.id === active.id ? undefined : t`${active.id} is at the place of ${over.id}.`),
      onDragEnd: ({ active, over }) => (over === null ? t`${active.id} stays.` : t`${active.id} is at the place of ${over.id}.`),
      onDragCancel: ({ active }) => t`${active.id} stays.`,
    },
  };
}
