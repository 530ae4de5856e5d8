-- SPDX-License-Identifier: Apache-2.0
-- Users, their logins, API tokens, and the log of what was changed. Of secrets there are only digests here.
CREATE TABLE users (
  name             TEXT PRIMARY KEY,
  role             TEXT NOT NULL CHECK (role IN ('viewer', 'admin')),
  password_hash    TEXT NOT NULL,
  created          INTEGER NOT NULL,
  password_changed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE logins (
  digest  TEXT PRIMARY KEY,
  user    TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
  created INTEGER NOT NULL,
  seen    INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  address TEXT NOT NULL,
  agent   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX logins_by_user ON logins (user);

-- owner NULL: made by root over the Unix socket.
CREATE TABLE tokens (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  name    TEXT NOT NULL,
  digest  TEXT NOT NULL UNIQUE,
  scope   TEXT NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
  owner   TEXT REFERENCES users (name) ON DELETE CASCADE,
  created INTEGER NOT NULL,
  expires INTEGER,
  used    INTEGER
) STRICT;
CREATE INDEX tokens_by_owner ON tokens (owner);

CREATE TABLE changes (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  at      INTEGER NOT NULL,
  who     TEXT NOT NULL,
  address TEXT NOT NULL,
  method  TEXT NOT NULL,
  path    TEXT NOT NULL,
  status  INTEGER NOT NULL,
  note    TEXT NOT NULL
) STRICT;
