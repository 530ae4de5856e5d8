// SPDX-License-Identifier: Apache-2.0
#include "http/proxy.hpp"

#include <algorithm>

namespace bootferry::http {
namespace {

bool is_trusted(std::string_view address, const Settings& settings) {
  return std::ranges::any_of(settings.trusted_proxies,
                             [&](const IpNetwork& network) { return network.contains(address); });
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

/// The last address that no trusted proxy has: what stands before it was written by whoever asked.
std::string_view asker_of(std::string_view list, const Settings& settings) {
  for (;;) {
    const std::size_t comma = list.rfind(',');
    const std::string_view last = trimmed(comma == list.npos ? list : list.substr(comma + 1));
    if (comma == list.npos || !is_trusted(last, settings)) return last;
    list = list.substr(0, comma);
  }
}

bool is_plain_host(std::string_view host) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == ':' || c == '[' || c == ']';
  };
  return !host.empty() && host.size() <= 255 && std::ranges::all_of(host, fits);
}

/// "/boot/52:54:00:e2:e0:01.ipxe" is a machine's, whatever the base path is.
bool is_boot_script(std::string_view path) { return path.starts_with("/boot/") && path.ends_with(".ipxe"); }

void take_base_path_off(Request& request, const std::string& base) {
  std::string& path = request.target.path;
  if (base.empty() || !path.starts_with(base) || is_boot_script(path)) return;
  if (path.size() > base.size() && path[base.size()] != '/') return;
  path.erase(0, base.size());
  if (path.empty()) path = "/";
  request.prefix = base;
}

}  // namespace

bool is_plain_prefix(std::string_view prefix) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_' || c == '~' || c == '/';
  };
  return prefix.size() > 1 && prefix.size() <= 200 && prefix.starts_with('/') && !prefix.ends_with('/') &&
         prefix.find("//") == prefix.npos && prefix.find("..") == prefix.npos && std::ranges::all_of(prefix, fits);
}

bool look_through_proxy(Request& request, const ForwardedHeaders& headers, const Settings& settings) {
  if (request.door == Door::lan) take_base_path_off(request, settings.base_path);
  if (!request.peer) return true;
  request.from = request.peer->to_string();
  if (settings.trusted_proxies.empty() || !is_trusted(request.from, settings)) return headers.user.names == 0;
  request.proxy_user = headers.user;
  if (!headers.for_.empty()) {
    const std::string_view asker = asker_of(headers.for_, settings);
    if (asker.size() <= 45) request.from = std::string(asker);
    if (const auto address = parse_ip_address(asker)) request.peer = *address;
  }
  if (headers.proto == "https") request.secure = true;
  if (is_plain_host(headers.host)) request.host = headers.host;
  std::string_view prefix = headers.prefix;
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  if (is_plain_prefix(prefix)) request.prefix = std::string(prefix);
  return true;
}

}  // namespace bootferry::http
