// SPDX-License-Identifier: Apache-2.0
// A prepared statement: bind, step, read columns. Kept as a member where it runs often. Throws DbError.
// Used inside db only, with the database's mutex held.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "db/database.hpp"

struct sqlite3_stmt;

namespace bootferry::db {

class Statement {
 public:
  Statement(Database& database, std::string_view sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  /// Resets, then binds to ?1, ?2, ...: numbers, text, bytes, times, and optionals of these (none is NULL).
  template <class... Values>
  Statement& bind(const Values&... values) {
    reset();
    int index = 0;
    (put(++index, values), ...);
    return *this;
  }
  /// True when there is a row. Text and bytes are copied by bind, so the arguments may be gone.
  bool step();
  /// Steps to the end and resets: for statements that answer nothing.
  void run();
  void reset();

  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t number(int column) const;
  [[nodiscard]] std::string text(int column) const;  ///< NULL reads as ""
  [[nodiscard]] Bytes bytes(int column) const;
  [[nodiscard]] WallTime time(int column) const;

 private:
  void put(int index, std::int64_t value);
  void put(int index, std::string_view value);
  void put(int index, const Bytes& value);
  void put(int index, WallTime value) { put(index, std::int64_t{value.time_since_epoch().count()}); }
  void put(int index, std::nullopt_t);
  template <class Value>
  void put(int index, const std::optional<Value>& value) {
    value ? put(index, *value) : put(index, std::nullopt);
  }
  void check(int code);

  Database& database_;
  sqlite3_stmt* handle_ = nullptr;
};

}  // namespace bootferry::db
