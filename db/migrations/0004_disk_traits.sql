-- SPDX-License-Identifier: Apache-2.0
-- How initiators see a disk: one whose medium can be taken out, one whose space is reserved, one of small physical blocks.
ALTER TABLE images ADD COLUMN removable INTEGER NOT NULL DEFAULT 0 CHECK (removable IN (0, 1));
ALTER TABLE images ADD COLUMN thick INTEGER NOT NULL DEFAULT 0 CHECK (thick IN (0, 1));
ALTER TABLE images ADD COLUMN physical_block_size INTEGER NOT NULL DEFAULT 4096 CHECK (physical_block_size IN (512, 4096));
