-- SPDX-License-Identifier: Apache-2.0
-- Clients get several entries; groups share theirs; rules and a default say what unknown machines get.
CREATE TABLE groups (
  name          TEXT PRIMARY KEY,
  default_entry TEXT NOT NULL,
  menu_timeout  INTEGER CHECK (menu_timeout >= 0)
) STRICT;

-- `assigns`: the kind of an assignment; the entry of 'boot' is in `entries`.
CREATE TABLE rules (
  number       INTEGER PRIMARY KEY CHECK (number >= 0),  -- 0: the default for unknown machines
  mac          TEXT NOT NULL,
  uuid         TEXT NOT NULL,
  serial       TEXT NOT NULL,
  architecture TEXT,
  assigns      TEXT NOT NULL CHECK (assigns IN ('client', 'group', 'boot', 'menu', 'ignore')),
  client       TEXT,
  group_name   TEXT REFERENCES groups (name)
) STRICT;

-- Something to boot, of exactly one owner. `once`: 1 the client's next boot, 2 the one that it had last.
CREATE TABLE entries (
  row        INTEGER PRIMARY KEY,
  mac        TEXT REFERENCES clients (mac) ON DELETE CASCADE,
  group_name TEXT REFERENCES groups (name) ON DELETE CASCADE,
  rule       INTEGER REFERENCES rules (number) ON DELETE CASCADE,
  once       INTEGER NOT NULL CHECK (once IN (0, 1, 2)),
  position   INTEGER NOT NULL CHECK (position >= 0),
  id         INTEGER NOT NULL CHECK (id >= 0),
  name       TEXT NOT NULL,
  kind       TEXT NOT NULL,
  CHECK ((mac IS NOT NULL) + (group_name IS NOT NULL) + (rule IS NOT NULL) = 1)
) STRICT;
CREATE INDEX entries_by_mac ON entries (mac) WHERE mac IS NOT NULL;
CREATE INDEX entries_by_group ON entries (group_name) WHERE group_name IS NOT NULL;
CREATE INDEX entries_by_rule ON entries (rule) WHERE rule IS NOT NULL;

CREATE TABLE entry_drives (
  entry    INTEGER NOT NULL REFERENCES entries (row) ON DELETE CASCADE,
  position INTEGER NOT NULL CHECK (position >= 0),
  image    TEXT NOT NULL,
  mode     TEXT NOT NULL CHECK (mode IN ('master', 'readonly', 'private', 'fresh')),
  quota    INTEGER NOT NULL CHECK (quota >= 0),
  PRIMARY KEY (entry, position)
) STRICT, WITHOUT ROWID;

-- The other fields of a boot, by the names that the API gives them.
CREATE TABLE entry_values (
  entry    INTEGER NOT NULL REFERENCES entries (row) ON DELETE CASCADE,
  key      TEXT NOT NULL,
  position INTEGER NOT NULL CHECK (position >= 0),
  value    TEXT NOT NULL,
  PRIMARY KEY (entry, key, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE client_groups (
  mac        TEXT NOT NULL REFERENCES clients (mac) ON DELETE CASCADE,
  position   INTEGER NOT NULL CHECK (position >= 0),
  group_name TEXT NOT NULL REFERENCES groups (name),
  PRIMARY KEY (mac, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX client_groups_by_group ON client_groups (group_name);

CREATE TABLE variables (
  mac        TEXT REFERENCES clients (mac) ON DELETE CASCADE,
  group_name TEXT REFERENCES groups (name) ON DELETE CASCADE,
  name       TEXT NOT NULL,
  value      TEXT NOT NULL,
  CHECK ((mac IS NOT NULL) + (group_name IS NOT NULL) = 1),
  UNIQUE (mac, name),
  UNIQUE (group_name, name)
) STRICT;

-- Where the floppy of a CD is that boots by emulating one (bytes). NULL: nobody has looked; size 0: it has none.
ALTER TABLE images ADD COLUMN floppy_offset INTEGER CHECK (floppy_offset >= 0);
ALTER TABLE images ADD COLUMN floppy_size INTEGER CHECK (floppy_size >= 0);

-- Each client's one boot becomes its first entry; who was not assigned has none.
INSERT INTO entries (mac, once, position, id, name, kind)
  SELECT mac, 0, 0, 0, boot_kind, boot_kind FROM clients WHERE boot_kind <> 'wait';
INSERT INTO entry_drives (entry, position, image, mode, quota)
  SELECT entries.row, drives.position, drives.image, drives.mode, drives.quota
  FROM drives JOIN entries ON entries.mac = drives.mac AND entries.kind = 'disks';
INSERT INTO entry_values (entry, key, position, value)
  SELECT entries.row, 'kernel', 0, clients.kernel FROM clients JOIN entries ON entries.mac = clients.mac
  WHERE entries.kind = 'kernel' AND clients.kernel IS NOT NULL;
INSERT INTO entry_values (entry, key, position, value)
  SELECT entries.row, 'command_line', 0, clients.command_line FROM clients JOIN entries ON entries.mac = clients.mac
  WHERE entries.kind = 'kernel' AND clients.command_line IS NOT NULL;
INSERT INTO entry_values (entry, key, position, value)
  SELECT entries.row, 'initrds', initrds.position, initrds.initrd FROM initrds JOIN entries ON entries.mac = initrds.mac
  WHERE entries.kind = 'kernel';
DROP TABLE drives;
DROP TABLE initrds;

ALTER TABLE clients DROP COLUMN boot_kind;
ALTER TABLE clients DROP COLUMN kernel;
ALTER TABLE clients DROP COLUMN command_line;
ALTER TABLE clients ADD COLUMN default_entry TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN menu_timeout INTEGER CHECK (menu_timeout >= 0);
ALTER TABLE clients ADD COLUMN next_entry TEXT;
ALTER TABLE clients ADD COLUMN uuid TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN serial TEXT NOT NULL DEFAULT '';
