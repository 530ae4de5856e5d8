-- SPDX-License-Identifier: Apache-2.0
-- What a client's firmware needs that others do not. No row: nothing.
CREATE TABLE quirks (
  mac                TEXT PRIMARY KEY REFERENCES clients (mac) ON DELETE CASCADE,
  proxy_form         TEXT NOT NULL DEFAULT 'auto' CHECK (proxy_form IN ('auto', 'option43', 'binl')),
  learned_proxy_form TEXT CHECK (learned_proxy_form IN ('option43', 'binl')),
  loader             TEXT,
  tftp_no_options    INTEGER NOT NULL DEFAULT 0 CHECK (tftp_no_options IN (0, 1)),
  tftp_block_size    INTEGER NOT NULL DEFAULT 0 CHECK (tftp_block_size BETWEEN 0 AND 65464),
  serial_console     INTEGER NOT NULL DEFAULT 0 CHECK (serial_console BETWEEN 0 AND 4)
) STRICT, WITHOUT ROWID;
