// SPDX-License-Identifier: Apache-2.0
#include "app/settings.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <toml++/toml.h>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

namespace bootferry::app {
namespace {

using Complaint = std::optional<std::string>;  ///< what is wrong with a value
using Reader = std::function<Complaint(const toml::node&, Settings&)>;

template <class Get>
Reader text(Get member) {
  return [member](const toml::node& node, Settings& settings) -> Complaint {
    if (!node.is_string()) return "must be a text in quotes";
    member(settings) = node.as_string()->get();
    return std::nullopt;
  };
}

template <class Get, class Parse>
Reader parsed(Get member, Parse parse) {
  return [member, parse](const toml::node& node, Settings& settings) -> Complaint {
    if (!node.is_string()) return "must be a text in quotes";
    auto value = parse(node.as_string()->get());
    if (!value) return value.error().message;
    member(settings) = *value;
    return std::nullopt;
  };
}

template <class Get>
Reader number(Get member, std::int64_t lowest, std::int64_t highest) {
  return [=](const toml::node& node, Settings& settings) -> Complaint {
    const auto* value = node.as_integer();
    if (!value || value->get() < lowest || value->get() > highest)
      return fmt::format("must be a number from {} to {}", lowest, highest);
    using Value = std::remove_reference_t<decltype(member(settings))>;
    member(settings) = Value(value->get());
    return std::nullopt;
  };
}

template <class Get>
Reader truth(Get member) {
  return [member](const toml::node& node, Settings& settings) -> Complaint {
    if (!node.is_boolean()) return "must be true or false";
    member(settings) = node.as_boolean()->get();
    return std::nullopt;
  };
}

template <class Get>
Reader addresses(Get member) {
  return [member](const toml::node& node, Settings& settings) -> Complaint {
    const toml::array* list = node.as_array();
    if (!list) return "must be a list of addresses like [\"10.0.0.1\"]";
    for (const toml::node& item : *list) {
      auto address = parse_ipv4_address(item.is_string() ? item.as_string()->get() : "");
      if (!address) return address.error().message;
      member(settings).push_back(*address);
    }
    return std::nullopt;
  };
}

Complaint iscsi_addresses(const toml::node& node, Settings& settings) {
  const toml::array* list = node.as_array();
  if (!list || list->size() > 32) return "must be a list of addresses like [\"10.0.0.1\", \"fd00::1\"]";
  for (const toml::node& item : *list) {
    const std::string text = item.is_string() ? item.as_string()->get() : "";
    const std::string without_link = text.substr(0, text.find('%'));
    in6_addr parsed{};
    if (!parse_ipv4_address(text) && inet_pton(AF_INET6, without_link.c_str(), &parsed) != 1)
      return fmt::format("\"{}\" is neither an IPv4 nor an IPv6 address", text.substr(0, 64));
    settings.iscsi_addresses.push_back(text);
  }
  return std::nullopt;
}

/// What clients take as their domain (RFC 2132 3.17): labels as RFC 1123 2.1 has them. Empty: none.
Result<std::string> parse_domain(const std::string& text) {
  const auto wrong = [&] {
    return fail(
        ErrorKind::invalid,
        fmt::format("\"{}\" is not a domain name; write one like \"home.lan\": letters, digits and '-' in parts "
                    "of at most 63, with dots between them",
                    text.substr(0, 80)));
  };
  if (text.size() > 253) return wrong();
  std::size_t part = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    const bool last_of_part = i + 1 == text.size() || text[i + 1] == '.';
    if (c == '.' ? part == 0 || i + 1 == text.size() : !plain && !(c == '-' && part != 0 && !last_of_part))
      return wrong();
    part = c == '.' ? 0 : part + 1;
    if (part > 63) return wrong();
  }
  return text;
}

Reader port(std::uint16_t Settings::* member) {
  return number([member](Settings& s) -> auto& { return s.*member; }, 1, 65535);
}

/// Every key there is, with its reader: the one list that also tells which keys are unknown.
const std::map<std::string, Reader, std::less<>>& readers() {
  static const std::map<std::string, Reader, std::less<>> all{
      {"state_dir", text([](Settings& s) -> auto& { return s.state_dir; })},
      {"interface", text([](Settings& s) -> auto& { return s.interface; })},
      {"log_level",
       [](const toml::node& node, Settings& s) -> Complaint {
         const std::string level = node.value_or(std::string());
         if (level != "debug" && level != "info" && level != "warning" && level != "error")
           return "must be \"debug\", \"info\", \"warning\" or \"error\"";
         s.log_level = level;
         return std::nullopt;
       }},
      {"network_threads", number([](Settings& s) -> auto& { return s.network_threads; }, 0, 64)},
      {"disk_threads", number([](Settings& s) -> auto& { return s.disk_threads; }, 1, 256)},
      {"loader_dir", text([](Settings& s) -> auto& { return s.loader_dir; })},
      {"images.prefetch", truth([](Settings& s) -> auto& { return s.prefetch; })},
      {"dhcp.mode", parsed([](Settings& s) -> auto& { return s.dhcp_mode; }, parse_dhcp_mode)},
      {"dhcp.range", parsed([](Settings& s) -> auto& { return s.dhcp_range; }, parse_ipv4_range)},
      {"dhcp.gateways", addresses([](Settings& s) -> auto& { return s.dhcp_gateways; })},
      {"dhcp.dns", addresses([](Settings& s) -> auto& { return s.dhcp_dns; })},
      {"dhcp.domain", parsed([](Settings& s) -> auto& { return s.dhcp_domain; }, parse_domain)},
      {"dhcp.lease_seconds", number([](Settings& s) -> auto& { return s.dhcp_lease_time; }, 60, 31'536'000)},
      {"dhcp.router_advertisements", truth([](Settings& s) -> auto& { return s.router_advertisements; })},
      {"iscsi.addresses", iscsi_addresses},
      {"iscsi.ping_seconds", number([](Settings& s) -> auto& { return s.iscsi_ping_after; }, 0, 3600)},
      {"iscsi.ping_limit_seconds", number([](Settings& s) -> auto& { return s.iscsi_ping_limit; }, 1, 3600)},
      {"ports.dhcp", port(&Settings::dhcp_port)},
      {"ports.pxe", port(&Settings::pxe_port)},
      {"ports.tftp", port(&Settings::tftp_port)},
      {"ports.http", port(&Settings::http_port)},
      {"ports.iscsi", port(&Settings::iscsi_port)},
  };
  return all;
}

std::string known_keys() {
  std::string keys;
  for (const auto& [key, reader] : readers()) keys += keys.empty() ? key : ", " + key;
  return keys;
}

Complaint read_table(const toml::table& table, const std::string& prefix, const std::string& file, Settings& settings) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    const auto reader = readers().find(name);
    const auto line = node.source().begin.line;
    if (reader != readers().end()) {
      if (Complaint complaint = reader->second(node, settings))
        return fmt::format("{}:{}: {}: {}", file, line, name, *complaint);
    } else if (prefix.empty() && node.is_table() &&
               (name == "dhcp" || name == "images" || name == "iscsi" || name == "ports")) {
      if (Complaint complaint = read_table(*node.as_table(), name + ".", file, settings)) return complaint;
    } else {
      return fmt::format("{}:{}: unknown key \"{}\"; the keys are {}", file, key.source().begin.line, name,
                         known_keys());
    }
  }
  return std::nullopt;
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
  const Used all[] = {{"ports.dhcp", false, settings.dhcp_port},
                      {"ports.pxe", false, settings.pxe_port},
                      {"ports.tftp", false, settings.tftp_port},
                      {"ports.http", true, settings.http_port},
                      {"ports.iscsi", true, settings.iscsi_port}};
  for (const Used& one : all) {
    for (const Used& other : all) {
      if (&one >= &other || one.tcp != other.tcp || one.port != other.port || one.port == 0) continue;
      return fail(ErrorKind::invalid, fmt::format("{} and {} are both {} port {}; give one of them another", one.key,
                                                  other.key, one.tcp ? "TCP" : "UDP", one.port));
    }
  }
  return {};
}

Result<Settings> parse_settings(std::string_view text, const std::string& file_name) {
  try {
    const toml::table table = toml::parse(text, file_name);
    Settings settings;
    if (Complaint complaint = read_table(table, "", file_name, settings)) return fail(ErrorKind::invalid, *complaint);
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
