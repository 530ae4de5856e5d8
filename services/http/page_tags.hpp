// SPDX-License-Identifier: Apache-2.0
// The entity tags of the dashboard's files, which are in the binary and never change: made once, when the site is. Read
// by page, on any loop.
#pragma once

#include <fmt/format.h>

#include <map>
#include <string>
#include <string_view>

#include "base/embedded_files.hpp"
#include "people/credentials.hpp"

namespace bootferry::http {

class PageTags {
 public:
  explicit PageTags(const EmbeddedFiles* page) {
    if (page == nullptr) return;
    for (const EmbeddedFile& file : *page) tags_.emplace(file.begin, make(file.bytes()));
  }
  /// `bytes`: of a file as it is sent.
  [[nodiscard]] std::string tag_of(std::string_view bytes) const {
    const auto known = tags_.find(bytes.data());
    return known == tags_.end() ? make(bytes) : known->second;
  }

 private:
  static std::string make(std::string_view bytes) {
    return fmt::format("\"{}\"", people::digest_of(bytes).substr(0, 16));
  }
  std::map<const char*, std::string> tags_;
};

}  // namespace bootferry::http
