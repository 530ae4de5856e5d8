// SPDX-License-Identifier: Apache-2.0
import { Badge, Button, Text } from '@mantine/core';
import { arrayMove } from '@dnd-kit/sortable';
import { t } from '@lingui/core/macro';
import { useState } from 'react';
import type { Entry } from '../api/types';
import { describeBoot } from '../machines/describe';
import { SortableList, SortableRow } from '../shared/SortableList';
import { EntryDialog } from './EntryDialog';

interface EntriesEditorProps {
  entries: Entry[];
  /** the name of the one that boots when nobody chooses; null for the first */
  preset: string | null;
  mayWrite: boolean;
  /** seen: what the change was made from; somebody else may have changed the entries since */
  onEntries: (entries: Entry[], seen: Entry[]) => void;
  onPreset: (name: string | null) => void;
}

/** The entries in their order: moved, edited, added, removed. */
export function EntriesEditor({ entries, preset, mayWrite, onEntries, onPreset }: EntriesEditorProps) {
  const [editing, setEditing] = useState<{ index: number; entry: Entry; seen: Entry[] } | null>(null);
  const save = (entry: Entry) => {
    if (editing === null) return;
    const { index, seen } = editing;
    onEntries(index === seen.length ? [...seen, entry] : seen.with(index, entry), seen);
    setEditing(null);
  };
  return (
    <>
      <SortableList
        label={t`Boot entries in order`}
        names={entries.map(({ name }) => name)}
        onMove={(from, to) => onEntries(arrayMove(entries, from, to), entries)}
      >
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
      </SortableList>
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
  return (
    <SortableRow
      name={name}
      mayWrite={mayWrite}
      actions={
        <>
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
        </>
      }
    >
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
    </SortableRow>
  );
}
