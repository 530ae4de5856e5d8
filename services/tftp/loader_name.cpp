// SPDX-License-Identifier: Apache-2.0
#include "tftp/loader_name.hpp"

#include <algorithm>

namespace bootferry::tftp {

std::string clean_name(std::string_view requested) {
  const auto printable_end =
      std::find_if(requested.begin(), requested.end(), [](char c) { return c < 0x20 || c > 0x7e; });
  std::string name(requested.begin(), printable_end);
  std::replace(name.begin(), name.end(), '\\', '/');
  std::size_t begin = 0;
  for (;;) {
    if (name.compare(begin, 1, "/") == 0)
      ++begin;
    else if (name.compare(begin, 2, "./") == 0)
      begin += 2;
    else
      break;
  }
  name.erase(0, begin);
  name.erase(name.find_last_not_of(' ') + 1);
  return name;
}

std::optional<std::string> find_loader_name(const boot::LoaderCatalog& loaders, std::string_view requested) {
  std::string name = clean_name(requested);
  if (loaders.find(name)) return name;
  if (!name.ends_with(".0")) return std::nullopt;
  name.resize(name.size() - 2);
  return loaders.find(name) ? std::optional(name) : std::nullopt;
}

}  // namespace bootferry::tftp
