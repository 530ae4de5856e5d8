// SPDX-License-Identifier: Apache-2.0
#include "boot/script_text.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace bootferry::boot {
namespace {

bool has_command_end(std::string_view text) {
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    if (word == ";" || word == "&&" || word == "||" || word.starts_with('#')) return true;
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  return false;
}

}  // namespace

Result<void> check_script_text(std::string_view what, std::string_view text, bool may_have_spaces) {
  for (const char c : text) {
    const bool printable = c > 0x20 && c < 0x7f;
    if (!printable && !(may_have_spaces && c == ' ')) {
      return fail(ErrorKind::invalid,
                  fmt::format("the {} has a character that a boot script cannot hold; use printable ASCII{}", what,
                              may_have_spaces ? "" : " without spaces"));
    }
  }
  if (text.find("${") != std::string_view::npos) {
    return fail(ErrorKind::invalid,
                fmt::format("the {} contains \"${{\", which iPXE would expand; write it without", what));
  }
  if (has_command_end(text)) {
    return fail(
        ErrorKind::invalid,
        fmt::format("the {} has a word that iPXE reads as the end of a command (; && || or #...); write it without",
                    what));
  }
  if (text.size() > 1024) return fail(ErrorKind::invalid, fmt::format("the {} is longer than 1024 characters", what));
  return {};
}

}  // namespace bootferry::boot
