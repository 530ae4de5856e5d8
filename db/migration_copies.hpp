// SPDX-License-Identifier: Apache-2.0
// The copies that stay beside the database when a start brings it to a newer version, the newest three:
// "bootferry.db.before-0008-to-0010". Each is a backup, so that `bootferry restore` goes back to it. Called by migrate;
// blocks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "db/database.hpp"

namespace bootferry::db {

struct MigrationCopy {
  std::filesystem::path file;
  std::int64_t from = 0, to = 0;  ///< the version that it has, and the one that the database was brought to
};

/// Whole and on the disk when it returns; one of the same name gives way to it. Throws DbError with the mend when it
/// cannot be made, a full disk above all; the database is as it was, and there is no half copy under that name.
MigrationCopy keep_migration_copy(Database& database, std::int64_t from, std::int64_t to);
/// All but the newest three; what cannot be removed stays.
void drop_old_migration_copies(const std::filesystem::path& database);
/// The newest that a program of `version` can open.
[[nodiscard]] std::optional<MigrationCopy> find_migration_copy(const std::filesystem::path& database,
                                                               std::int64_t version);

}  // namespace bootferry::db
