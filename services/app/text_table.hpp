// SPDX-License-Identifier: Apache-2.0
// Rows and columns for a person's terminal: header, then rows, each column as wide as its widest cell. Used by the
// commands.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bootferry::app {

class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header) : rows_{std::move(header)} {}
  /// As many cells as the header has. Control characters are shown as '?', so that no name can steer the terminal.
  void add(std::vector<std::string> row);
  /// Lines; without any row it is the sentence alone, where there is one.
  [[nodiscard]] std::string render(std::string_view when_empty = {}) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace bootferry::app
