// SPDX-License-Identifier: Apache-2.0
// A secret text that cannot slip into a log line, a list or an answer: nothing converts it, one function reveals it.
// Plain value; passed between db, app and the boot script.
#pragma once

#include <string>
#include <utility>

namespace bootferry::boot {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  [[nodiscard]] bool empty() const { return text_.empty(); }
  /// For the hash, the database and the machine's own boot script; nowhere else.
  [[nodiscard]] const std::string& reveal() const { return text_; }
  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::string text_;
};

}  // namespace bootferry::boot
