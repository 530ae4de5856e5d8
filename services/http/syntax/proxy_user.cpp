// SPDX-License-Identifier: Apache-2.0
#include "http/syntax/proxy_user.hpp"

#include <algorithm>

namespace bootferry::http {

bool is_proxy_user_name(std::string_view name) {
  constexpr std::size_t longest = 64;
  return !name.empty() && name.size() <= longest &&
         std::ranges::all_of(name, [](char c) { return c > ' ' && c <= '~' && c != ',' && c != '"' && c != '\\'; });
}

bool has_group(std::string_view list, std::string_view group) {
  while (!group.empty() && !list.empty()) {
    const std::size_t end = std::min(list.find_first_of(",|"), list.size());
    std::string_view one = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    if (one == group) return true;
  }
  return false;
}

}  // namespace bootferry::http
