// SPDX-License-Identifier: Apache-2.0
// Files that the build puts into the binary (dashboard, script templates, migrations): a sorted table of names and
// bytes. Defined by cmake/embed.cmake; read on any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace bootferry {

struct EmbeddedFile {
  const char* name;  ///< path below the embedded folder, with '/'
  const char* begin;
  const char* end;

  [[nodiscard]] std::string_view bytes() const { return {begin, static_cast<std::size_t>(end - begin)}; }
};

class EmbeddedFiles {
 public:
  constexpr EmbeddedFiles(const EmbeddedFile* table, std::size_t count) : table_(table), count_(count) {}

  [[nodiscard]] const EmbeddedFile* begin() const { return table_; }
  [[nodiscard]] const EmbeddedFile* end() const { return table_ + count_; }
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const {
    for (const EmbeddedFile& file : *this) {
      if (name == file.name) return file.bytes();
    }
    return std::nullopt;
  }

 private:
  const EmbeddedFile* table_;
  std::size_t count_;
};

}  // namespace bootferry
