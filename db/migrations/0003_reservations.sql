-- SPDX-License-Identifier: Apache-2.0
-- Persistent reservations that outlive a restart (APTPL): one row for each registered initiator port of a target.
CREATE TABLE reservations (
  target TEXT NOT NULL,
  image  TEXT NOT NULL REFERENCES images (name) ON DELETE CASCADE,
  port   TEXT NOT NULL,
  key    INTEGER NOT NULL CHECK (key <> 0),
  type   INTEGER CHECK (type BETWEEN 1 AND 8),
  PRIMARY KEY (target, port)
) STRICT, WITHOUT ROWID;
CREATE INDEX reservations_by_image ON reservations (image);
