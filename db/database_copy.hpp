// SPDX-License-Identifier: Apache-2.0
// The file work under backups and under the copies before a migration: one file that holds a whole database as of one
// moment, and that no power cut takes back. Called by backup and migration_copies; blocks.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "db/database.hpp"

namespace bootferry::db {

/// A small file that goes with a backup.
struct KeptFile {
  std::string name;  ///< "bootferry.toml", "ipxe-scripts/san.ipxe"
  std::string content;
};

/// Writes the database, also one that is being written to, with the files to `to`, which must be empty or not there;
/// mode 0600, on the disk before it returns. Throws DbError; a failure leaves nothing.
void write_copy(Database& source, const std::filesystem::path& to, const std::vector<KeptFile>& files, WallTime now);

/// One file without -wal and -shm beside it, so that it can be copied and renamed as it is.
void settle(Database& database);
/// So that neither a copy nor a rename is lost by a power cut.
[[nodiscard]] Result<void> sync_file(const std::filesystem::path& file);
[[nodiscard]] Result<void> sync_folder_of(const std::filesystem::path& file);
/// Both.
[[nodiscard]] Result<void> sync_file_and_folder(const std::filesystem::path& file);
/// What SQLite may have left beside it.
void remove_logs(const std::filesystem::path& database);
/// With its logs.
void remove_database(const std::filesystem::path& file);

}  // namespace bootferry::db
