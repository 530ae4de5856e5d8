// SPDX-License-Identifier: Apache-2.0
// One SQLite connection, RAII: WAL, a commit is on the disk before it returns (synchronous=FULL), foreign keys on.
// Used by the stores on the db thread; each of their public calls holds mutex(), so a call from elsewhere is slow,
// never wrong. Throws DbError. Open the state file with open_database (migrate.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "db/db_error.hpp"

struct sqlite3;

namespace bootferry::db {

class Database {
 public:
  /// Opens or creates the file (mode 0600).
  explicit Database(std::filesystem::path file);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs one or more statements that answer nothing.
  void execute(const std::string& sql);
  /// The first column of the first row, or 0.
  [[nodiscard]] std::int64_t query_number(const std::string& sql);

  [[nodiscard]] const std::filesystem::path& file() const { return file_; }
  [[nodiscard]] std::mutex& mutex() { return mutex_; }
  [[nodiscard]] sqlite3* handle() { return handle_.get(); }

  /// Tests: called before each step of a statement; what it throws is what the step throws ("fail the n-th call").
  void set_fault(std::function<void()> fault) { fault_ = std::move(fault); }
  void maybe_fail() const {
    if (fault_) fault_();
  }
  [[noreturn]] void raise(const std::string& doing, int code);

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };

  std::filesystem::path file_;
  std::unique_ptr<sqlite3, Close> handle_;
  std::function<void()> fault_;
  std::mutex mutex_;
};

}  // namespace bootferry::db
