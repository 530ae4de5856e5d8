// SPDX-License-Identifier: Apache-2.0
// A backup is one file: the database as it was at one moment, plus a few small files beside it (settings, boot scripts,
// the server's key) in the table kept_files. Disks of images are not in it, only the list of them. Called by
// `bootferry backup` and `restore` and by the API; blocks: on a worker.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "db/database_copy.hpp"
#include "db/migration_copies.hpp"

namespace bootferry::db {

struct Backup {
  WallTime made{};
  std::int64_t version = 0;  ///< of the tables (PRAGMA user_version)
  std::size_t clients = 0, images = 0;
  std::vector<KeptFile> files;
  std::vector<std::string> outside = {};  ///< files of images that are not inside the library: disks of the server
};

/// Copies the database `from`, also one that a server is writing to, and the files to `to`, which must not be there;
/// mode 0600, on the disk before it returns. A failure leaves nothing.
[[nodiscard]] Result<Backup> make_backup(const std::filesystem::path& from, const std::filesystem::path& to,
                                         const std::vector<KeptFile>& files, WallTime now);

/// Looks at all of it: invalid when it is no backup, damaged, or of a newer Bootferry. `title` is what errors call it;
/// empty: its path.
[[nodiscard]] Result<Backup> read_backup(const std::filesystem::path& file, std::string_view title = {});

/// Puts the backup's tables in the place of `database`, at once or not at all; what was there is kept as
/// "bootferry.db.before-restore". No server may run on it. The kept files are the caller's to write.
[[nodiscard]] Result<Backup> restore_backup(const std::filesystem::path& file, const std::filesystem::path& database);

/// The start that brought the database forward failed: the copy takes its place again, at once or not at all, and is
/// gone. Nobody has the database open.
[[nodiscard]] Result<void> undo_migration(const MigrationCopy& copy, const std::filesystem::path& database);

// A server that runs restores in two steps: the checked file is laid ready, and the next start takes it in.

/// Tries on a copy beside the file what a start would do with it, so that none fails: it is brought to this version,
/// has all tables, and is read. invalid else.
[[nodiscard]] Result<void> rehearse_backup(const std::filesystem::path& file);
/// The file becomes `pending`, on the disk before it returns.
[[nodiscard]] Result<void> lay_ready(const std::filesystem::path& file, const std::filesystem::path& pending);
/// `pending` becomes `database`; from wherever an earlier call was killed, it goes on. `put_files` gets the kept files,
/// perhaps again. `step` is called between the steps (tests).
[[nodiscard]] Result<void> take_in_backup(const std::filesystem::path& pending, const std::filesystem::path& database,
                                          const std::function<Result<void>(const std::vector<KeptFile>&)>& put_files,
                                          const std::function<void()>& step = {});

}  // namespace bootferry::db
