// SPDX-License-Identifier: Apache-2.0
#include "db/statement.hpp"

#include <sqlite3.h>

namespace bootferry::db {

Statement::Statement(Database& database, std::string_view sql) : database_(database) {
  check(sqlite3_prepare_v3(database.handle(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                           &handle_, nullptr));
}

Statement::~Statement() { sqlite3_finalize(handle_); }

bool Statement::step() {
  database_.maybe_fail();
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  check(code);
  return false;
}

void Statement::run() {
  while (step()) {
  }
  reset();
}

void Statement::reset() { sqlite3_reset(handle_); }

bool Statement::is_null(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }

std::int64_t Statement::number(int column) const { return sqlite3_column_int64(handle_, column); }

std::string Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
  return text ? std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))) : std::string();
}

Bytes Statement::bytes(int column) const {
  const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(handle_, column));
  return bytes ? Bytes(bytes, bytes + sqlite3_column_bytes(handle_, column)) : Bytes();
}

WallTime Statement::time(int column) const { return WallTime{std::chrono::milliseconds{number(column)}}; }

void Statement::put(int index, std::int64_t value) { check(sqlite3_bind_int64(handle_, index, value)); }

void Statement::put(int index, std::string_view value) {
  const char* data = value.empty() ? "" : value.data();  // a null pointer would bind NULL
  check(sqlite3_bind_text(handle_, index, data, static_cast<int>(value.size()), SQLITE_TRANSIENT));
}

void Statement::put(int index, const Bytes& value) {
  const void* data = value.empty() ? static_cast<const void*>("") : value.data();
  check(sqlite3_bind_blob(handle_, index, data, static_cast<int>(value.size()), SQLITE_TRANSIENT));
}

void Statement::put(int index, std::nullopt_t) { check(sqlite3_bind_null(handle_, index)); }

void Statement::check(int code) {
  if (code != SQLITE_OK) database_.raise("use", code);
}

}  // namespace bootferry::db
