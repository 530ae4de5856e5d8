// SPDX-License-Identifier: Apache-2.0
// What SQLite could not do, with its extended result code. Thrown inside db and at start-up; the edits of Registry turn
// it into a Result, so that no other room sees it while serving.
#pragma once

#include <stdexcept>
#include <string>

#include "base/result.hpp"

namespace bootferry::db {

class DbError : public std::runtime_error {
 public:
  explicit DbError(std::string message, int code = 0) : std::runtime_error(std::move(message)), code_(code) {}

  [[nodiscard]] int code() const { return code_; }  ///< sqlite3 extended result code; 0 when it is our own refusal
  [[nodiscard]] Error to_error() const;             ///< a full disk is `exhausted`, a lock is `unavailable`, else `io`

 private:
  int code_;
};

}  // namespace bootferry::db
