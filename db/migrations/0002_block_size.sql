-- SPDX-License-Identifier: Apache-2.0
-- Disks of 4096-byte blocks, and CDs with their 2048.
ALTER TABLE images ADD COLUMN block_size INTEGER NOT NULL DEFAULT 512 CHECK (block_size IN (512, 2048, 4096));
