// SPDX-License-Identifier: Apache-2.0
#include "db/backup.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <iterator>
#include <memory>
#include <system_error>

#include "base/embedded_files.hpp"
#include "db/database.hpp"
#include "db/migrate.hpp"
#include "db/registry_rows.hpp"
#include "db/statement.hpp"
#include "db/transaction.hpp"

namespace bootferry {
extern const EmbeddedFiles migrations;
}

namespace bootferry::db {
namespace {

namespace fs = std::filesystem;

/// "bootferry.db": our mark in every database of ours (migration 1).
constexpr std::int64_t our_application = 1111901522;

Error posix_error(const char* doing, const fs::path& file) {
  return {ErrorKind::io, fmt::format("cannot {} {}: {}", doing, file.string(), std::generic_category().message(errno))};
}

bool has_table(Database& database, std::string_view name) {
  Statement found(database, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1");
  return found.bind(name).step();
}

Backup describe(Database& database) {
  Backup backup;
  Statement made(database, "SELECT made FROM backup");
  if (made.step()) backup.made = made.time(0);
  backup.version = database.query_number("PRAGMA user_version");
  backup.clients = static_cast<std::size_t>(database.query_number("SELECT count(*) FROM clients WHERE known = 1"));
  backup.images = static_cast<std::size_t>(database.query_number("SELECT count(*) FROM images"));
  Statement files(database, "SELECT name, content FROM kept_files ORDER BY name");
  while (files.step()) backup.files.push_back({files.text(0), files.text(1)});
  for (const char* table : {"images", "layers", "dropped_files"}) {
    if (!has_table(database, table)) continue;  // of an older version
    Statement outside(
        database, fmt::format("SELECT file FROM {} WHERE file LIKE '/%' OR '/' || file || '/' LIKE '%/../%'", table));
    while (outside.step()) backup.outside.push_back(outside.text(0));
  }
  return backup;
}

Result<Backup> require_backup(Database& database, std::string_view title) {
  const auto refuse = [&](std::string_view why) { return fail(ErrorKind::invalid, fmt::format("{} {}", title, why)); };
  if (database.query_number("PRAGMA application_id") != our_application ||
      database.query_number("SELECT count(*) FROM sqlite_schema WHERE name IN ('kept_files', 'backup')") != 2)
    return refuse("is no backup of Bootferry; give a file that `bootferry backup` made");
  if (database.query_number("SELECT count(*) FROM sqlite_schema WHERE type IN ('trigger', 'view')") != 0)
    return refuse("was not made by Bootferry alone: it would do more than hold what was set");
  if (database.query_number("PRAGMA user_version") >
      static_cast<std::int64_t>(std::distance(migrations.begin(), migrations.end())))
    return refuse("is of a newer Bootferry than this one; install that version first");
  Statement check(database, "PRAGMA integrity_check(1)");
  if (!check.step() || check.text(0) != "ok") return refuse("is damaged; take another backup");
  return describe(database);
}

}  // namespace

Result<Backup> make_backup(const fs::path& from, const fs::path& to, const std::vector<KeptFile>& files, WallTime now) {
  std::error_code unknown;
  if (!fs::exists(from, unknown))
    return fail(ErrorKind::not_found,
                fmt::format("there is no database at {}; name the server's folder with --state-dir", from.string()));
  const int made = ::open(to.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made < 0 && errno == EEXIST)
    return fail(ErrorKind::conflict, fmt::format("{} is there already; give another name", to.string()));
  if (made < 0) return std::unexpected(posix_error("make", to));
  ::close(made);
  try {
    Database source(from);
    write_copy(source, to, files, now);
  } catch (const DbError& error) {
    remove_database(to);
    return std::unexpected(error.to_error());
  }
  auto backup = read_backup(to);
  if (!backup) remove_database(to);
  return backup;
}

Result<Backup> read_backup(const fs::path& file, std::string_view title) {
  if (::access(file.c_str(), R_OK) != 0) return std::unexpected(posix_error("read", file));
  const std::string name = title.empty() ? file.string() : std::string(title);
  try {
    Database database(file);
    auto backup = require_backup(database, name);
    settle(database);
    return backup;
  } catch (const DbError&) {
    return fail(ErrorKind::invalid,
                fmt::format("{} is no backup of Bootferry; give a file that `bootferry backup` made", name));
  }
}

namespace {

/// What only a backup has goes; the rest is a database as any other.
void strip(Database& database) {
  database.execute("DROP TABLE IF EXISTS kept_files; DROP TABLE IF EXISTS backup;");
  settle(database);
}

Result<void> copy_private(const fs::path& from, const fs::path& to) {
  std::error_code failed;
  fs::remove(to, failed);
  if (!fs::copy_file(from, to, failed))
    return fail(ErrorKind::io, fmt::format("cannot write {}: {}", to.string(), failed.message()));
  fs::permissions(to, fs::perms::owner_read | fs::perms::owner_write, failed);
  return {};
}

/// `next`, which is on the disk, takes the name of `database`, which nobody has open, at once.
Result<void> replace(const fs::path& next, const fs::path& database) {
  std::error_code failed;
  fs::rename(next, database, failed);
  if (failed) return fail(ErrorKind::io, fmt::format("cannot write {}: {}", database.string(), failed.message()));
  return sync_file_and_folder(database);
}

/// What was there is kept, and `next`, which is stripped, takes its name at once.
Result<void> put_in_place(const fs::path& next, const fs::path& database, const std::function<void()>& step) {
  if (auto synced = sync_file_and_folder(next); !synced) return synced;
  step();
  std::error_code failed;
  if (fs::exists(database, failed)) {
    try {
      Database old(database);
      settle(old);  // its -wal would be taken for the new one's
    } catch (const DbError&) {
      // A database that cannot be opened any more is the reason to restore: it is kept as it is.
    }
    fs::copy_file(database, database.string() + ".before-restore", fs::copy_options::overwrite_existing, failed);
    if (failed)
      return fail(ErrorKind::io, fmt::format("cannot keep a copy of {}: {}", database.string(), failed.message()));
  }
  remove_logs(database);
  step();
  return replace(next, database);
}

/// Copies a backup to `next` without what makes it one.
Result<void> copy_stripped(const fs::path& file, const fs::path& next) {
  if (auto copied = copy_private(file, next); !copied) return copied;
  try {
    Database copy(next);
    strip(copy);
  } catch (const DbError& error) {
    remove_database(next);
    return std::unexpected(error.to_error());
  }
  return {};
}

/// "clients.mac", ...: every column of every table.
std::vector<std::string> columns_of(Database& database) {
  Statement rows(database,
                 "SELECT m.name || '.' || p.name FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS p "
                 "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' ORDER BY 1");
  std::vector<std::string> columns;
  while (rows.step()) columns.push_back(rows.text(0));
  return columns;
}

}  // namespace

Result<Backup> restore_backup(const fs::path& file, const fs::path& database) {
  auto backup = read_backup(file);
  if (!backup) return backup;
  const fs::path next = database.string() + ".restoring";
  if (auto copied = copy_stripped(file, next); !copied) return std::unexpected(copied.error());
  if (auto placed = put_in_place(next, database, [] {}); !placed) return std::unexpected(placed.error());
  return backup;
}

Result<void> undo_migration(const MigrationCopy& copy, const fs::path& database) {
  const fs::path next = database.string() + ".restoring";
  if (auto copied = copy_stripped(copy.file, next); !copied) return copied;
  if (auto synced = sync_file_and_folder(next); !synced) return synced;
  remove_logs(database);
  if (auto replaced = replace(next, database); !replaced) return replaced;
  remove_database(copy.file);
  return {};
}

Result<void> rehearse_backup(const fs::path& file) {
  // A folder of their own: to bring an old one to this version leaves a copy beside it.
  const fs::path folder = file.string() + ".rehearsal";
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  fs::create_directory(folder, ignored);
  Result<void> done = copy_private(file, folder / "copy");
  try {
    if (done) {
      strip(*std::make_unique<Database>(folder / "copy"));
      const auto copy = open_database(folder / "copy"), fresh = open_database(folder / "fresh");
      if (columns_of(*copy) != columns_of(*fresh))
        done = fail(ErrorKind::invalid, "the backup lacks tables of Bootferry, or has others; take another backup");
      else
        (void)load_snapshot(*copy);
    }
  } catch (const DbError& error) {
    done = fail(ErrorKind::invalid, fmt::format("the backup cannot be used: {}; take another one", error.what()));
  }
  fs::remove_all(folder, ignored);
  return done;
}

Result<void> lay_ready(const fs::path& file, const fs::path& pending) {
  if (auto synced = sync_file(file); !synced) return synced;
  std::error_code failed;
  remove_logs(pending);
  fs::rename(file, pending, failed);
  if (failed) return fail(ErrorKind::io, fmt::format("cannot write {}: {}", pending.string(), failed.message()));
  return sync_folder_of(pending);
}

// Kept files, strip, keep the old one, rename: the last ends it all at one moment, and until then each step may be done
// again. That the kept files are gone from `pending` says that they are written.
Result<void> take_in_backup(const fs::path& pending, const fs::path& database,
                            const std::function<Result<void>(const std::vector<KeptFile>&)>& put_files,
                            const std::function<void()>& step) {
  const std::function<void()> next_step = step ? step : [] {};
  try {
    Database next(pending);
    if (next.query_number("PRAGMA application_id") != our_application)
      return fail(ErrorKind::invalid, fmt::format("{} is no backup of Bootferry", pending.string()));
    if (has_table(next, "kept_files")) {
      if (auto put = put_files(describe(next).files); !put) return put;
    }
    next_step();
    strip(next);
  } catch (const DbError& error) {
    return std::unexpected(error.to_error());
  }
  next_step();
  return put_in_place(pending, database, next_step);
}

}  // namespace bootferry::db
