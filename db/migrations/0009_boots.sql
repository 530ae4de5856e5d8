-- SPDX-License-Identifier: Apache-2.0
-- One row a boot: how far each machine got, and why no further. `steps`: a line each, its parts set apart by tabs.
CREATE TABLE boots (
  id            INTEGER PRIMARY KEY,
  mac           TEXT NOT NULL,
  state         TEXT NOT NULL,
  stage         TEXT NOT NULL,
  architecture  TEXT NOT NULL,
  firmware      TEXT NOT NULL,
  decision      TEXT NOT NULL,
  image         TEXT NOT NULL,
  started       INTEGER NOT NULL,
  updated       INTEGER NOT NULL,
  ended         INTEGER,
  code          TEXT NOT NULL,
  reason        TEXT NOT NULL,
  mend          TEXT NOT NULL,
  bytes_read    INTEGER NOT NULL,
  bytes_written INTEGER NOT NULL,
  last_io       INTEGER,
  steps         TEXT NOT NULL
) STRICT;
CREATE INDEX boots_by_mac ON boots (mac, id);
