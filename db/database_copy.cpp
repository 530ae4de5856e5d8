// SPDX-License-Identifier: Apache-2.0
#include "db/database_copy.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <cerrno>
#include <system_error>

#include "db/statement.hpp"
#include "db/transaction.hpp"

namespace bootferry::db {
namespace {

namespace fs = std::filesystem;

Result<void> sync_path(const fs::path& path, int flags) {
  const auto failed = [&](const char* doing) {
    return fail(ErrorKind::io,
                fmt::format("cannot {} {}: {}", doing, path.string(), std::generic_category().message(errno)));
  };
  const int opened = ::open(path.c_str(), flags | O_CLOEXEC);
  if (opened < 0) return failed("open");
  Result<void> done;
  if (::fsync(opened) != 0) done = failed("write");
  ::close(opened);
  return done;
}

/// SQLite would make it by the umask, and it holds the secrets of initiators.
void make_private_file(const fs::path& file) {
  const int made = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (made < 0)
    throw DbError(fmt::format("cannot make {}: {}; check the folder and its rights", file.string(),
                              std::generic_category().message(errno)));
  ::close(made);
}

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

}  // namespace

void write_copy(Database& source, const fs::path& to, const std::vector<KeptFile>& files, WallTime now) {
  try {
    make_private_file(to);
    // SQLite takes one moment of the source, whatever is being written to it.
    Statement(source, "VACUUM INTO ?1").bind(std::string_view(to.native())).run();
    {
      Database copy(to);
      put_files(copy, files, now);
      settle(copy);
    }
    if (auto synced = sync_file_and_folder(to); !synced) throw DbError(synced.error().message);
  } catch (const DbError&) {
    remove_database(to);
    throw;
  }
}

void settle(Database& database) { database.execute("PRAGMA journal_mode = DELETE"); }

Result<void> sync_file(const fs::path& file) { return sync_path(file, O_RDWR); }

Result<void> sync_folder_of(const fs::path& file) {
  return sync_path(file.has_parent_path() ? file.parent_path() : fs::path("."), O_RDONLY | O_DIRECTORY);
}

Result<void> sync_file_and_folder(const fs::path& file) {
  if (auto synced = sync_file(file); !synced) return synced;
  return sync_folder_of(file);
}

void remove_logs(const fs::path& database) {
  std::error_code ignored;
  for (const char* part : {"-wal", "-shm", "-journal"}) fs::remove(database.string() + part, ignored);
}

void remove_database(const fs::path& file) {
  std::error_code ignored;
  remove_logs(file);
  fs::remove(file, ignored);
}

}  // namespace bootferry::db
