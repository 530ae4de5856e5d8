-- SPDX-License-Identifier: Apache-2.0
-- Times are milliseconds since 1970 in UTC; MACs, addresses and enum words are text as the API writes them.
PRAGMA application_id = 1111901522;

CREATE TABLE images (
  name    TEXT PRIMARY KEY,
  format  TEXT NOT NULL,
  file    TEXT NOT NULL,
  size    INTEGER NOT NULL CHECK (size >= 0),
  created INTEGER NOT NULL
) STRICT;

CREATE TABLE clients (
  mac              TEXT PRIMARY KEY,
  name             TEXT UNIQUE,
  known            INTEGER NOT NULL CHECK (known IN (0, 1)),
  boot_kind        TEXT NOT NULL CHECK (boot_kind IN ('wait', 'disks', 'kernel', 'local')),
  kernel           TEXT,
  command_line     TEXT,
  reserved_address TEXT UNIQUE,
  address          TEXT,
  architecture     TEXT NOT NULL,
  first_seen       INTEGER,
  last_seen        INTEGER
) STRICT;

CREATE TABLE drives (
  mac      TEXT NOT NULL REFERENCES clients (mac) ON DELETE CASCADE,
  position INTEGER NOT NULL CHECK (position >= 0),
  image    TEXT NOT NULL REFERENCES images (name),
  mode     TEXT NOT NULL CHECK (mode IN ('master', 'readonly')),
  PRIMARY KEY (mac, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX drives_by_image ON drives (image);

CREATE TABLE initrds (
  mac      TEXT NOT NULL REFERENCES clients (mac) ON DELETE CASCADE,
  position INTEGER NOT NULL CHECK (position >= 0),
  initrd   TEXT NOT NULL,
  PRIMARY KEY (mac, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE leases (
  address   TEXT PRIMARY KEY,
  mac       TEXT NOT NULL,
  client_id BLOB NOT NULL,
  hostname  TEXT NOT NULL,
  state     TEXT NOT NULL CHECK (state IN ('bound', 'released', 'declined')),
  expires   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  id      INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  kind    TEXT NOT NULL,
  mac     TEXT,
  address TEXT,
  text    TEXT NOT NULL,
  fields  TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_mac ON events (mac, id) WHERE mac IS NOT NULL;
