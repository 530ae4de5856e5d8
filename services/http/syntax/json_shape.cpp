// SPDX-License-Identifier: Apache-2.0
#include "http/syntax/json_shape.hpp"

#include <fmt/format.h>

namespace bootferry::http {

Result<void> check_json_shape(std::string_view text, std::size_t max_size) {
  if (text.size() > max_size)
    return fail(ErrorKind::invalid, fmt::format("The JSON is larger than {} KiB.", max_size >> 10));
  std::size_t depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_text) {
      if (c == '\\') ++i;
      if (c == '"') in_text = false;
      continue;
    }
    if (c == '"') in_text = true;
    if (c == '[' || c == '{') ++depth;
    if ((c == ']' || c == '}') && depth > 0) --depth;
    if (depth > max_json_depth) return fail(ErrorKind::invalid, "The JSON nests deeper than 32 levels.");
  }
  return {};
}

}  // namespace bootferry::http
