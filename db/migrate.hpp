// SPDX-License-Identifier: Apache-2.0
// Brings a database file to this program's version: numbered files, forward only, each in one transaction with its new
// PRAGMA user_version. Called by app at start; throws DbError with a sentence for the console.
#pragma once

#include <filesystem>
#include <memory>

#include "base/embedded_files.hpp"
#include "db/database.hpp"

namespace bootferry::db {

/// Opens or creates the state file and migrates it.
[[nodiscard]] std::unique_ptr<Database> open_database(const std::filesystem::path& file);

/// Runs what is missing of `steps` ("0001_name.sql", ...). A file that held data is copied first to FILE.before-vN,
/// where N is the version it is brought to. A file of a newer program, or of another program, is refused and left as it
/// is.
void migrate(Database& database, const EmbeddedFiles& steps);

}  // namespace bootferry::db
