// SPDX-License-Identifier: Apache-2.0
// Small lists inside one column: a row a line, its cells parted by tabs, so that sqlite3's shell shows them readably.
// Any text comes back as it went in. Used by the stores; pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bootferry::db {

using TextRow = std::vector<std::string>;

/// Appends one row; `cells` is not empty.
void append_row(std::string& out, const TextRow& cells);
[[nodiscard]] std::vector<TextRow> parse_rows(std::string_view text);

}  // namespace bootferry::db
