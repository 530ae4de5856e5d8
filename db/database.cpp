// SPDX-License-Identifier: Apache-2.0
#include "db/database.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include "db/statement.hpp"

namespace bootferry::db {

Error DbError::to_error() const {
  switch (code_ & 0xff) {
    case SQLITE_FULL:
      return {ErrorKind::exhausted, "the disk with the state directory is full; free some space and try again"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorKind::unavailable, "the database is locked by another program; close it and try again"};
    default:
      return {ErrorKind::io, what()};
  }
}

void Database::Close::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

Database::Database(std::filesystem::path file) : file_(std::move(file)) {
  // SQLite would create it by the umask; -wal and -shm take their mode from this file.
  const int created = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (created < 0) {
    throw DbError(fmt::format("cannot open the database {}: {}; check the state directory and its rights",
                              file_.string(), std::generic_category().message(errno)),
                  SQLITE_CANTOPEN);
  }
  ::close(created);
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(file_.c_str(), &raw,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  handle_.reset(raw);
  if (code != SQLITE_OK) raise("open", code);
  sqlite3_busy_timeout(raw, 5000);
  execute(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;");
}

Database::~Database() = default;

void Database::execute(const std::string& sql) {
  maybe_fail();
  const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) raise("write", code);
}

std::int64_t Database::query_number(const std::string& sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.number(0) : 0;
}

void Database::raise(const std::string& doing, int code) {
  const char* why = handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
  throw DbError(fmt::format("cannot {} the database {}: {}", doing, file_.string(), why), code);
}

}  // namespace bootferry::db
