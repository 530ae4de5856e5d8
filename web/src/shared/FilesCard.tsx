// SPDX-License-Identifier: Apache-2.0
import { Anchor, Breadcrumbs, Button, Table, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useRef, useState } from 'react';
import { WriteOnly } from '../access/WriteOnly';
import { type Disk, fileContentPath } from '../api/disks';
import { useFiles } from '../api/queries';
import { tellError } from '../api/problem';
import type { ImageFile, ImageFolder } from '../api/types';
import { download } from './download';
import { Failure } from './Failure';
import { crumbsOf, pathOf } from './file_paths';
import { formatBytes, formatTime } from './format';
import { Card, CardBody } from './Section';
import table from './table.module.css';
import { useVisibleRows } from './useVisibleRows';

const rowHeight = 40;

/** The files inside a floppy, a disk's FAT partitions or a CD. The disk is opened for it: only when somebody asks. */
export function FilesCard({ disk, title }: { disk: Disk; title: string }) {
  const [path, setPath] = useState<string | null>(null);
  const { data, error, isFetching, refetch } = useFiles(disk, path);
  const crumbs = useRef<HTMLDivElement>(null);
  const open = (next: string) => {
    setPath(next);
    // The row that was pressed goes away: the keyboard goes on from the way to the folder.
    crumbs.current?.focus();
  };
  const failure = tellError(error);
  return (
    <Card
      title={title}
      actions={
        <Button size="xs" variant="default" loading={isFetching} onClick={() => (path === null ? setPath('/') : void refetch())}>
          {path === null ? t`Look inside` : t`Look again`}
        </Button>
      }
    >
      {path !== null && (
        <CardBody>
          <Breadcrumbs component="nav" ref={crumbs} tabIndex={-1} aria-label={t`Folder`} mb="xs">
            <Crumb name={disk.name} path="/" current={path === '/'} open={open} />
            {crumbsOf(path).map(({ name, path: to }) => (
              <Crumb key={to} name={name} path={to} current={to === path} open={open} />
            ))}
          </Breadcrumbs>
          <Failure text={failure} />
          {failure === null && data !== undefined && <FolderTable disk={disk} folder={data} open={open} />}
        </CardBody>
      )}
    </Card>
  );
}

function Crumb({ name, path, current, open }: { name: string; path: string; current: boolean; open: (path: string) => void }) {
  if (current) {
    return (
      <Text size="sm" fw={600} aria-current="location">
        {name}
      </Text>
    );
  }
  return (
    <Anchor size="sm" component="button" type="button" onClick={() => open(path)}>
      {name}
    </Anchor>
  );
}

function FolderTable({ disk, folder, open }: { disk: Disk; folder: ImageFolder; open: (path: string) => void }) {
  const { entries } = folder;
  const rows = useVisibleRows(entries.length, rowHeight);
  if (entries.length === 0) return <Text size="sm" c="dimmed">{t`This folder is empty.`}</Text>;
  return (
    <>
      <Table horizontalSpacing="md" verticalSpacing="xs" className={table.table} aria-label={t`Files`} aria-rowcount={entries.length + 1}>
        <Table.Thead>
          <Table.Tr aria-rowindex={1}>
            <Table.Th scope="col">{t`Name`}</Table.Th>
            <Table.Th scope="col" className={table.number}>{t`Size`}</Table.Th>
            <Table.Th scope="col" className={table.wide}>{t`Changed`}</Table.Th>
            <Table.Th scope="col" className={table.number}>{t`Actions`}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody ref={rows.list as React.RefObject<HTMLTableSectionElement>}>
          {rows.above > 0 && <tr aria-hidden style={{ height: rows.above }} />}
          {entries.slice(rows.start, rows.end).map((entry, index) => (
            <FileRow
              key={rows.start + index}
              disk={disk}
              folder={folder}
              entry={entry}
              open={open}
              row={{ ref: rows.measure, 'data-index': rows.start + index, 'aria-rowindex': rows.start + index + 2 }}
            />
          ))}
          {rows.below > 0 && <tr aria-hidden style={{ height: rows.below }} />}
        </Table.Tbody>
      </Table>
      <Text size="xs" c="dimmed" mt="xs">
        {folder.truncated ? t`${folder.file_system}; there are more files than are shown here.` : folder.file_system}
      </Text>
    </>
  );
}

interface FileRowProps {
  disk: Disk;
  folder: ImageFolder;
  entry: ImageFile;
  open: (path: string) => void;
  row: Record<string, unknown>;
}

function FileRow({ disk, folder, entry, open, row }: FileRowProps) {
  const { name, size } = entry;
  const path = pathOf(folder.path, name);
  return (
    <Table.Tr {...row}>
      <Table.Th scope="row" fw={400}>
        {entry.folder ? (
          <Anchor size="sm" component="button" type="button" aria-label={t`Open folder ${name}`} onClick={() => open(path)}>
            {name}/
          </Anchor>
        ) : (
          name
        )}
      </Table.Th>
      <Table.Td className={table.number}>{entry.folder && size === 0 ? '' : formatBytes(size)}</Table.Td>
      <Table.Td className={table.wide}>{entry.modified === null ? '' : formatTime(entry.modified)}</Table.Td>
      <Table.Td className={table.number}>
        {!entry.folder && (
          <WriteOnly>
            <Button
              size="compact-xs"
              variant="default"
              aria-label={t`Download ${name}`}
              onClick={() => void download(fileContentPath(disk, path), name)}
            >
              {t`Download`}
            </Button>
          </WriteOnly>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
