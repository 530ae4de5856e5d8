// SPDX-License-Identifier: Apache-2.0
import { closestCenter, DndContext, type DragEndEvent, KeyboardSensor, PointerSensor, useSensor, useSensors } from '@dnd-kit/core';
import { SortableContext, sortableKeyboardCoordinates, useSortable, verticalListSortingStrategy } from '@dnd-kit/sortable';
import { t } from '@lingui/core/macro';
import type { ReactNode } from 'react';
import { dragAnnouncements } from './drag_words';
import { GripIcon } from './icons';
import classes from './SortableList.module.css';

interface SortableListProps {
  label: string;
  /** the names of its rows, in their order; no two are the same */
  names: string[];
  onMove: (from: number, to: number) => void;
  children: ReactNode;
}

/** Rows in an order that counts: moved by mouse, finger or keyboard. */
export function SortableList({ label, names, onMove, children }: SortableListProps) {
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
  const onDragEnd = ({ active, over }: DragEndEvent) => {
    if (over === null || active.id === over.id) return;
    onMove(names.indexOf(String(active.id)), names.indexOf(String(over.id)));
  };
  return (
    <DndContext sensors={sensors} collisionDetection={closestCenter} onDragEnd={onDragEnd} accessibility={dragAnnouncements()}>
      <SortableContext items={names} strategy={verticalListSortingStrategy}>
        <ul className={classes.list} aria-label={label}>
          {children}
        </ul>
      </SortableContext>
    </DndContext>
  );
}

interface SortableRowProps {
  /** its name in the list */
  name: string;
  mayWrite: boolean;
  /** buttons at its right, for those who may write */
  actions: ReactNode;
  children: ReactNode;
}

export function SortableRow({ name, mayWrite, actions, children }: SortableRowProps) {
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } = useSortable({ id: name });
  const style = { transform: transform === null ? undefined : `translate3d(0, ${transform.y}px, 0)`, transition };
  return (
    <li ref={setNodeRef} style={style} className={classes.row} data-dragging={isDragging || undefined}>
      {mayWrite && (
        <button
          type="button"
          ref={setActivatorNodeRef}
          className={classes.grip}
          {...attributes}
          {...listeners}
          aria-label={t`Move ${name}`}
        >
          <GripIcon />
        </button>
      )}
      <div className={classes.words}>{children}</div>
      {mayWrite && <div className={classes.actions}>{actions}</div>}
    </li>
  );
}
