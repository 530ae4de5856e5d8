// SPDX-License-Identifier: Apache-2.0
#include "app/settings.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

#include "app/setting_keys.hpp"

namespace bootferry::app {
namespace {

using Complaint = SettingKey::Complaint;

std::string known_keys() {
  std::string keys;
  for (const SettingKey& key : setting_keys()) keys += fmt::format("{}{}", keys.empty() ? "" : ", ", key.name);
  return keys;
}

bool is_table(std::string_view name) {
  return std::ranges::any_of(setting_keys(), [&](const SettingKey& key) { return key.table() == name; });
}

Complaint read_table(const toml::table& table, const std::string& prefix, const std::string& file, Settings& settings) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    const auto line = node.source().begin.line;
    if (const SettingKey* known = find_setting_key(name)) {
      if (Complaint complaint = known->read(node, settings))
        return fmt::format("{}:{}: {}: {}", file, line, name, *complaint);
    } else if (prefix.empty() && node.is_table() && is_table(name)) {
      if (Complaint complaint = read_table(*node.as_table(), name + ".", file, settings)) return complaint;
    } else {
      return fmt::format("{}:{}: unknown key \"{}\"; the keys are {}", file, key.source().begin.line, name,
                         known_keys());
    }
  }
  return std::nullopt;
}

/// Of the key that the complaint begins with.
unsigned line_of(const toml::table& table, std::string_view complaint) {
  return table.at_path(complaint.substr(0, complaint.find(' '))).node()->source().begin.line;
}

}  // namespace

std::string_view name_of(DhcpMode mode) {
  switch (mode) {
    case DhcpMode::off:
      return "off";
    case DhcpMode::proxy:
      return "proxy";
    case DhcpMode::server:
      return "server";
  }
  return "off";
}

Result<DhcpMode> parse_dhcp_mode(std::string_view name) {
  for (const DhcpMode mode : {DhcpMode::off, DhcpMode::proxy, DhcpMode::server}) {
    if (name_of(mode) == name) return mode;
  }
  return fail(ErrorKind::invalid,
              fmt::format("\"{}\" is not a DHCP mode; use proxy, server or off", name.substr(0, 40)));
}

Result<void> check_ports(const Settings& settings) {
  struct Used {
    const char* key;
    bool tcp;
    std::uint16_t port;
  };
  const Used all[] = {{"ports.dhcp", false, settings.dhcp_port},  {"ports.pxe", false, settings.pxe_port},
                      {"ports.tftp", false, settings.tftp_port},  {"ports.http", true, settings.http_port},
                      {"ports.https", true, settings.https_port}, {"ports.iscsi", true, settings.iscsi_port}};
  for (const Used& one : all) {
    for (const Used& other : all) {
      if (&one >= &other || one.tcp != other.tcp || one.port != other.port || one.port == 0) continue;
      return fail(ErrorKind::invalid, fmt::format("{} and {} are both {} port {}; give one of them another", one.key,
                                                  other.key, one.tcp ? "TCP" : "UDP", one.port));
    }
  }
  return {};
}

Result<void> check_https(const Settings& settings) {
  if (settings.http_certificate.empty() != settings.http_key.empty())
    return fail(ErrorKind::invalid, "http.certificate and http.key belong together; set both, or neither");
  for (const auto& [key, file] :
       {std::pair("http.certificate", &settings.http_certificate), std::pair("http.key", &settings.http_key)}) {
    if (!file->empty() && ::access(file->c_str(), R_OK) != 0)
      return fail(ErrorKind::invalid, fmt::format("{}: {} cannot be read ({}); mend the path, or the file's rights",
                                                  key, file->string(), std::strerror(errno)));
  }
  if (settings.http_require_https && settings.https_port == 0)
    return fail(ErrorKind::invalid, "http.require_https needs a port: set ports.https, to 8443 for example");
  return {};
}

Result<void> check_proxy_login(const Settings& settings) {
  const auto needs = [](const char* key, const char* other, const char* why) {
    return fail(ErrorKind::invalid, fmt::format("{} needs {}: {}", key, other, why));
  };
  const bool groups = !settings.http_admin_group.empty() || !settings.http_viewer_group.empty();
  if (!settings.http_user_header.empty() && settings.http_trusted_proxies.empty())
    return needs("http.user_header", "http.trusted_proxies", "name the reverse proxy whose word on users is believed");
  if (!settings.http_groups_header.empty() && settings.http_user_header.empty())
    return needs("http.groups_header", "http.user_header", "groups are of a user, who has a name");
  if (!settings.http_groups_header.empty() && !groups)
    return needs("http.groups_header", "http.admin_group or http.viewer_group", "say what group has which role");
  if (groups && settings.http_groups_header.empty())
    return needs(settings.http_admin_group.empty() ? "http.viewer_group" : "http.admin_group", "http.groups_header",
                 "name the header in which the reverse proxy lists them");
  return {};
}

Result<Settings> parse_settings(std::string_view text, const std::string& file_name) {
  try {
    const toml::table table = toml::parse(text, file_name);
    Settings settings;
    if (Complaint complaint = read_table(table, "", file_name, settings)) return fail(ErrorKind::invalid, *complaint);
    if (auto good = check_proxy_login(settings); !good)
      return fail(ErrorKind::invalid,
                  fmt::format("{}:{}: {}", file_name, line_of(table, good.error().message), good.error().message));
    return settings;
  } catch (const toml::parse_error& error) {
    return fail(ErrorKind::invalid,
                fmt::format("{}:{}: {}", file_name, error.source().begin.line, error.description()));
  }
}

Result<Settings> read_settings(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in)
    return fail(ErrorKind::not_found,
                fmt::format("the settings file {} cannot be read; check its path and rights", file.string()));
  std::stringstream text;
  text << in.rdbuf();
  return parse_settings(text.str(), file.string());
}

}  // namespace bootferry::app
