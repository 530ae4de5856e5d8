// SPDX-License-Identifier: Apache-2.0
#include "db/backup.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <iterator>
#include <system_error>

#include "base/embedded_files.hpp"
#include "db/database.hpp"
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

/// So that neither a copy nor a rename is lost by a power cut.
Result<void> sync_path(const fs::path& path, int flags) {
  const int opened = ::open(path.c_str(), flags | O_CLOEXEC);
  if (opened < 0) return std::unexpected(posix_error("open", path));
  const bool synced = ::fsync(opened) == 0;
  const auto failed = posix_error("write", path);
  ::close(opened);
  if (!synced) return std::unexpected(failed);
  return {};
}

fs::path folder_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path("."); }

Result<void> sync_file_and_folder(const fs::path& file) {
  if (auto synced = sync_path(file, O_RDWR); !synced) return synced;
  return sync_path(folder_of(file), O_RDONLY | O_DIRECTORY);
}

/// One file without -wal and -shm beside it, so that it can be copied and renamed as it is.
void settle(Database& database) { database.execute("PRAGMA journal_mode = DELETE"); }

void put_files(Database& copy, const std::vector<KeptFile>& files, WallTime now) {
  Transaction transaction(copy);
  copy.execute(
      "CREATE TABLE kept_files (name TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT, WITHOUT ROWID;"
      "CREATE TABLE backup (made INTEGER NOT NULL) STRICT;");
  Statement insert(copy, "INSERT INTO kept_files VALUES (?1, ?2)");
  for (const KeptFile& file : files) insert.bind(std::string_view(file.name), std::string_view(file.content)).run();
  Statement(copy, "INSERT INTO backup VALUES (?1)").bind(now).run();
  transaction.commit();
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
  return backup;
}

Result<Backup> require_backup(Database& database, const fs::path& file) {
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorKind::invalid, fmt::format("{} {}", file.string(), why));
  };
  if (database.query_number("PRAGMA application_id") != our_application ||
      database.query_number("SELECT count(*) FROM sqlite_schema WHERE name IN ('kept_files', 'backup')") != 2)
    return refuse("is no backup of Bootferry; give a file that `bootferry backup` made");
  if (database.query_number("PRAGMA user_version") >
      static_cast<std::int64_t>(std::distance(migrations.begin(), migrations.end())))
    return refuse("is of a newer Bootferry than this one; install that version first");
  Statement check(database, "PRAGMA integrity_check(1)");
  if (!check.step() || check.text(0) != "ok") return refuse("is damaged; take another backup");
  return describe(database);
}

}  // namespace

Result<Backup> make_backup(const fs::path& from, const fs::path& to, std::vector<KeptFile> files, WallTime now) {
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
    // SQLite takes one moment of the source, whatever is being written to it.
    Database source(from);
    Statement(source, "VACUUM INTO ?1").bind(std::string_view(to.native())).run();
    Database copy(to);
    put_files(copy, files, now);
    settle(copy);
    Backup backup = describe(copy);
    if (auto synced = sync_file_and_folder(to); !synced) throw DbError(synced.error().message);
    return backup;
  } catch (const DbError& error) {
    fs::remove(to, unknown);
    return std::unexpected(error.to_error());
  }
}

Result<Backup> read_backup(const fs::path& file) {
  if (::access(file.c_str(), R_OK) != 0) return std::unexpected(posix_error("read", file));
  try {
    Database database(file);
    auto backup = require_backup(database, file);
    settle(database);
    return backup;
  } catch (const DbError&) {
    return fail(ErrorKind::invalid,
                fmt::format("{} is no backup of Bootferry; give a file that `bootferry backup` made", file.string()));
  }
}

Result<Backup> restore_backup(const fs::path& file, const fs::path& database) {
  auto backup = read_backup(file);
  if (!backup) return backup;
  const fs::path next = database.string() + ".restoring";
  std::error_code failed;
  fs::remove(next, failed);
  if (!fs::copy_file(file, next, failed))
    return fail(ErrorKind::io, fmt::format("cannot write {}: {}", next.string(), failed.message()));
  fs::permissions(next, fs::perms::owner_read | fs::perms::owner_write, failed);
  try {
    Database copy(next);
    copy.execute("DROP TABLE kept_files; DROP TABLE backup;");
    settle(copy);
  } catch (const DbError& error) {
    fs::remove(next, failed);
    return std::unexpected(error.to_error());
  }
  if (auto synced = sync_file_and_folder(next); !synced) return std::unexpected(synced.error());
  if (fs::exists(database, failed)) {
    try {
      Database old(database);
      settle(old);  // its -wal would be taken for the new one's
    } catch (const DbError&) {
      // A database that cannot be opened any more is the reason to restore: it is kept as it is.
    }
    for (const char* part : {"-wal", "-shm"}) fs::remove(database.string() + part, failed);
    fs::copy_file(database, database.string() + ".before-restore", fs::copy_options::overwrite_existing, failed);
    if (failed)
      return fail(ErrorKind::io, fmt::format("cannot keep a copy of {}: {}", database.string(), failed.message()));
  }
  fs::rename(next, database, failed);
  if (failed) return fail(ErrorKind::io, fmt::format("cannot write {}: {}", database.string(), failed.message()));
  if (auto synced = sync_file_and_folder(database); !synced) return std::unexpected(synced.error());
  return backup;
}

}  // namespace bootferry::db
