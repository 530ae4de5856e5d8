// SPDX-License-Identifier: Apache-2.0
import { Badge, Button, Text } from '@mantine/core';
import { closestCenter, DndContext, type DragEndEvent, KeyboardSensor, PointerSensor, useSensor, useSensors } from '@dnd-kit/core';
import { arrayMove, SortableContext, sortableKeyboardCoordinates, useSortable, verticalListSortingStrategy } from '@dnd-kit/sortable';
import { t } from '@lingui/core/macro';
import { useState } from 'react';
import type { Entry } from '../api/types';
import { describeBoot } from '../machines/describe';
import { GripIcon } from '../shared/icons';
import classes from './EntriesEditor.module.css';
import { EntryDialog } from './EntryDialog';
import { dragAnnouncements } from './drag_words';

interface EntriesEditorProps {
  entries: Entry[];
  /** the name of the one that boots when nobody chooses; null for the first */
  preset: string | null;
  mayWrite: boolean;
  /** seen: what the change was made from; somebody else may have changed the entries since */
  onEntries: (entries: Entry[], seen: Entry[]) => void;
  onPreset: (name: string | null) => void;
}

/** The entries in their order: moved by mouse, finger or keyboard, edited, added, removed. */
export function EntriesEditor({ entries, preset, mayWrite, onEntries, onPreset }: EntriesEditorProps) {
  const [editing, setEditing] = useState<{ index: number; entry: Entry; seen: Entry[] } | null>(null);
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
  const names = entries.map(({ name }) => name);
  const onDragEnd = ({ active, over }: DragEndEvent) => {
    if (over === null || active.id === over.id) return;
    onEntries(arrayMove(entries, names.indexOf(String(active.id)), names.indexOf(String(over.id))), entries);
  };
  const save = (entry: Entry) => {
    if (editing === null) return;
    const { index, seen } = editing;
    onEntries(index === seen.length ? [...seen, entry] : seen.with(index, entry), seen);
    setEditing(null);
  };
  return (
    <>
      <DndContext sensors={sensors} collisionDetection={closestCenter} onDragEnd={onDragEnd} accessibility={dragAnnouncements()}>
        <SortableContext items={names} strategy={verticalListSortingStrategy}>
          <ul className={classes.entries} aria-label={t`Boot entries in order`}>
            {entries.map((entry, index) => (
              <EntryRow
                key={entry.name}
                entry={entry}
                isPreset={preset === null ? index === 0 : entry.name === preset}
                mayWrite={mayWrite}
                onEdit={() => setEditing({ index, entry, seen: entries })}
                onRemove={() => onEntries(entries.filter((_, at) => at !== index), entries)}
                onPreset={() => onPreset(entry.name)}
              />
            ))}
          </ul>
        </SortableContext>
      </DndContext>
      {mayWrite && (
        <Button
          size="xs"
          variant="default"
          mt="xs"
          onClick={() => setEditing({ index: entries.length, entry: { name: '', boot: { kind: 'disks', drives: [] } }, seen: entries })}
        >
          {t`Add an entry`}
        </Button>
      )}
      <EntryDialog entry={editing?.entry ?? null} onSave={save} onClose={() => setEditing(null)} />
    </>
  );
}

interface EntryRowProps {
  entry: Entry;
  isPreset: boolean;
  mayWrite: boolean;
  onEdit: () => void;
  onRemove: () => void;
  onPreset: () => void;
}

function EntryRow({ entry: { name, boot }, isPreset, mayWrite, onEdit, onRemove, onPreset }: EntryRowProps) {
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } = useSortable({ id: name });
  const style = { transform: transform === null ? undefined : `translate3d(0, ${transform.y}px, 0)`, transition };
  return (
    <li ref={setNodeRef} style={style} className={classes.entry} data-dragging={isDragging || undefined}>
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
      <div className={classes.words}>
        <Text size="sm" fw={600} component="div">
          {name}{' '}
          {isPreset && (
            <Badge size="xs" variant="default">
              {t`Default`}
            </Badge>
          )}
        </Text>
        <Text size="xs" c="dimmed">
          {describeBoot(boot)}
        </Text>
      </div>
      {mayWrite && (
        <div className={classes.actions}>
          {!isPreset && (
            <Button size="compact-xs" variant="default" aria-label={t`Make default: ${name}`} onClick={onPreset}>
              {t`Make default`}
            </Button>
          )}
          <Button size="compact-xs" variant="default" aria-label={t`Edit ${name}`} onClick={onEdit}>
            {t`Edit`}
          </Button>
          <Button size="compact-xs" variant="default" aria-label={t`Remove ${name}`} onClick={onRemove}>
            {t`Remove`}
          </Button>
        </div>
      )}
    </li>
  );
}
