// SPDX-License-Identifier: Apache-2.0
#include "boot/script_variables.hpp"

#include <fmt/format.h>

namespace bootferry::boot {

Result<std::string> expand_variables(std::string_view text, const Variables& variables) {
  std::string expanded;
  for (;;) {
    const std::size_t open = text.find("{{");
    const std::size_t close = open == std::string_view::npos ? open : text.find("}}", open);
    expanded += text.substr(0, close == std::string_view::npos ? text.size() : open);
    if (close == std::string_view::npos) return expanded;
    const std::string_view name = text.substr(open + 2, close - open - 2);
    const auto found = variables.find(name);
    if (found == variables.end()) {
      return fail(ErrorKind::not_found,
                  fmt::format("It names the variable {}, which nobody has set: bootferry client set "
                              "MAC --variable {}=VALUE",
                              name.substr(0, 40), name.substr(0, 40)));
    }
    expanded += found->second;
    text.remove_prefix(close + 2);
  }
}

}  // namespace bootferry::boot
