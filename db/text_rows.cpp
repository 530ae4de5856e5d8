// SPDX-License-Identifier: Apache-2.0
#include "db/text_rows.hpp"

#include <utility>

namespace bootferry::db {
namespace {

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\\')
      out += "\\\\";
    else if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else
      out += c;
  }
}

}  // namespace

void append_row(std::string& out, const TextRow& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out += '\t';
    append_escaped(out, cells[i]);
  }
  out += '\n';
}

std::vector<TextRow> parse_rows(std::string_view text) {
  std::vector<TextRow> rows;
  TextRow row(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\t') {
      row.emplace_back();
    } else if (c == '\n') {
      rows.push_back(std::exchange(row, TextRow(1)));
    } else if (c == '\\' && i + 1 < text.size()) {
      const char escaped = text[++i];
      row.back() += escaped == 'n' ? '\n' : escaped == 't' ? '\t' : escaped;
    } else {
      row.back() += c;
    }
  }
  return rows;
}

}  // namespace bootferry::db
