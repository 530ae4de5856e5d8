// SPDX-License-Identifier: Apache-2.0
// Brings a database file to this program's version: numbered files, forward only, all that are missing in one
// transaction with the new PRAGMA user_version. Called by app at start; throws DbError with a sentence for the console.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "base/embedded_files.hpp"
#include "db/database.hpp"
#include "db/migration_copies.hpp"

namespace bootferry::db {

/// Called when a file was brought forward.
using TellMigration = std::function<void(const MigrationCopy&)>;

/// Opens or creates the state file and migrates it.
[[nodiscard]] std::unique_ptr<Database> open_database(const std::filesystem::path& file,
                                                      const TellMigration& tell = {});

/// Runs what is missing of `steps` ("0001_name.sql", ...). A file that held data is copied first; the answer is that
/// copy. A file of a newer program, or of another program, is refused and left as it is; so is one that cannot be
/// copied.
std::optional<MigrationCopy> migrate(Database& database, const EmbeddedFiles& steps);

}  // namespace bootferry::db
