// SPDX-License-Identifier: Apache-2.0
#include "tftp/loader_name.hpp"

#include <algorithm>

namespace bootferry::tftp {
namespace {

constexpr std::string_view url_scheme = "tftp://";
/// Where other servers keep their loaders: options 66 and 67 of a router that were set for one of them go on working.
constexpr std::string_view usual_folders[] = {"tftpboot/", "srv/tftp/", "var/lib/tftpboot/"};

std::optional<std::string> find_with_suffix(const boot::LoaderCatalog& loaders, std::string_view name) {
  if (loaders.find(name)) return std::string(name);
  if (!name.ends_with(".0")) return std::nullopt;
  name.remove_suffix(2);
  return loaders.find(name) ? std::optional(std::string(name)) : std::nullopt;
}

}  // namespace

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

bool is_optional(std::string_view clean_name) {
  const std::string_view file = clean_name.substr(clean_name.rfind('/') + 1);
  return file.ends_with(".efi") && (file.starts_with("revocations") || file.starts_with("shim_certificate"));
}

std::optional<std::string> find_loader_name(const boot::LoaderCatalog& loaders, std::string_view requested) {
  const std::string name = clean_name(requested);
  std::string_view rest = name;
  if (auto found = find_with_suffix(loaders, rest)) return found;
  if (rest.starts_with(url_scheme)) {
    const std::size_t slash = rest.find('/', url_scheme.size());
    if (slash == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(slash + 1);
  }
  for (const std::string_view folder : usual_folders) {
    if (rest.starts_with(folder)) return find_with_suffix(loaders, rest.substr(folder.size()));
  }
  return find_with_suffix(loaders, rest);
}

}  // namespace bootferry::tftp
