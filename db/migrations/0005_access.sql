-- SPDX-License-Identifier: Apache-2.0
-- Who may open a client's disks. No row: its own initiator name, with the secret of its boot script.
CREATE TABLE access (
  mac           TEXT PRIMARY KEY REFERENCES clients (mac) ON DELETE CASCADE,
  auth          TEXT NOT NULL CHECK (auth IN ('boot', 'none', 'chap', 'mutual')),
  initiator     TEXT,
  user          TEXT,
  source        TEXT,
  secret        TEXT,
  target_secret TEXT
) STRICT, WITHOUT ROWID;

-- The newest boot whose secret was used, of each client; kept when the client is removed, so that its old secrets
-- stay retired should it come back.
CREATE TABLE boot_marks (
  mac  TEXT PRIMARY KEY,
  mark INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
