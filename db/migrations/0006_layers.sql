-- SPDX-License-Identifier: Apache-2.0
-- Images get versions, and clients overlays on them. A layer is one file; which lies on which is said here only.
CREATE TABLE layers (
  id      INTEGER PRIMARY KEY,
  below   INTEGER REFERENCES layers (id) DEFERRABLE INITIALLY DEFERRED,
  file    TEXT NOT NULL UNIQUE,
  format  TEXT NOT NULL CHECK (format IN ('raw', 'iso', 'qcow2')),
  size    INTEGER NOT NULL CHECK (size >= 0),
  created INTEGER NOT NULL
) STRICT;
CREATE INDEX layers_by_below ON layers (below);
INSERT INTO layers (file, format, size, created) SELECT file, format, size, created FROM images ORDER BY created, name;

-- Files of layers that are gone, until they are gone too.
CREATE TABLE dropped_files (file TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TABLE versions (
  image   TEXT NOT NULL REFERENCES images (name) ON DELETE CASCADE,
  number  INTEGER NOT NULL CHECK (number > 0),
  layer   INTEGER NOT NULL REFERENCES layers (id) DEFERRABLE INITIALLY DEFERRED,
  comment TEXT NOT NULL,
  created INTEGER NOT NULL,
  PRIMARY KEY (image, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX versions_by_layer ON versions (layer);
INSERT INTO versions (image, number, layer, comment, created)
  SELECT images.name, 1, layers.id, '', images.created FROM images JOIN layers ON layers.file = images.file;

CREATE TABLE overlays (
  mac     TEXT NOT NULL REFERENCES clients (mac),
  image   TEXT NOT NULL REFERENCES images (name),
  mode    TEXT NOT NULL CHECK (mode IN ('private', 'fresh', 'readonly')),
  version INTEGER NOT NULL,
  layer   INTEGER NOT NULL REFERENCES layers (id) DEFERRABLE INITIALLY DEFERRED,
  boot    TEXT NOT NULL,
  created INTEGER NOT NULL,
  PRIMARY KEY (mac, image, mode)
) STRICT, WITHOUT ROWID;
CREATE INDEX overlays_by_layer ON overlays (layer);
CREATE INDEX overlays_by_image ON overlays (image);

CREATE TABLE snapshots (
  mac     TEXT NOT NULL,
  image   TEXT NOT NULL,
  mode    TEXT NOT NULL,
  number  INTEGER NOT NULL CHECK (number > 0),
  version INTEGER NOT NULL,
  layer   INTEGER NOT NULL REFERENCES layers (id) DEFERRABLE INITIALLY DEFERRED,
  comment TEXT NOT NULL,
  created INTEGER NOT NULL,
  PRIMARY KEY (mac, image, mode, number),
  FOREIGN KEY (mac, image, mode) REFERENCES overlays (mac, image, mode) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX snapshots_by_layer ON snapshots (layer);

-- Drives of the new modes, with a quota (bytes; 0: none).
CREATE TABLE new_drives (
  mac      TEXT NOT NULL REFERENCES clients (mac) ON DELETE CASCADE,
  position INTEGER NOT NULL CHECK (position >= 0),
  image    TEXT NOT NULL REFERENCES images (name),
  mode     TEXT NOT NULL CHECK (mode IN ('master', 'readonly', 'private', 'fresh')),
  quota    INTEGER NOT NULL DEFAULT 0 CHECK (quota >= 0),
  PRIMARY KEY (mac, position)
) STRICT, WITHOUT ROWID;
INSERT INTO new_drives (mac, position, image, mode) SELECT mac, position, image, mode FROM drives;
DROP TABLE drives;
ALTER TABLE new_drives RENAME TO drives;
CREATE INDEX drives_by_image ON drives (image);
