// SPDX-License-Identifier: Apache-2.0
#include "app/setting_keys.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <strings.h>
#include <algorithm>
#include <vector>

#include "app/webhook_setting.hpp"
#include "http/proxy.hpp"

namespace bootferry::app {
namespace {

using Complaint = SettingKey::Complaint;

constexpr std::string_view not_a_text = "must be a text in quotes";

std::string quote(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

template <class Member>
SettingKey text(std::string_view name, std::string_view help, Member Settings::* member) {
  return {name, help,
          [member](const toml::node& node, Settings& settings) -> Complaint {
            if (!node.is_string()) return std::string(not_a_text);
            settings.*member = node.as_string()->get();
            return std::nullopt;
          },
          [member](const Settings& settings) { return quote(std::string(settings.*member)); }};
}

/// A text that `parse` understands and `render` writes; an empty one where the value may be left out.
template <class Member, class Parse, class Render>
SettingKey parsed(std::string_view name, std::string_view help, Member Settings::* member, Parse parse, Render render) {
  return {name, help,
          [member, parse](const toml::node& node, Settings& settings) -> Complaint {
            if (!node.is_string()) return std::string(not_a_text);
            auto value = parse(node.as_string()->get());
            if (!value) return value.error().message;
            settings.*member = *std::move(value);
            return std::nullopt;
          },
          [member, render](const Settings& settings) { return quote(render(settings.*member)); }};
}

template <class Member>
SettingKey number(std::string_view name, std::string_view help, Member Settings::* member, std::int64_t lowest,
                  std::int64_t highest) {
  return {name, help,
          [=](const toml::node& node, Settings& settings) -> Complaint {
            const auto* value = node.as_integer();
            if (!value || value->get() < lowest || value->get() > highest)
              return fmt::format("must be a number from {} to {}", lowest, highest);
            settings.*member = Member(value->get());
            return std::nullopt;
          },
          [member](const Settings& settings) {
            if constexpr (requires { (settings.*member).count(); })
              return std::to_string((settings.*member).count());
            else
              return std::to_string(settings.*member);
          }};
}

SettingKey port(std::string_view name, std::uint16_t Settings::* member) { return number(name, "", member, 1, 65535); }

SettingKey truth(std::string_view name, std::string_view help, bool Settings::* member) {
  return {name, help,
          [member](const toml::node& node, Settings& settings) -> Complaint {
            if (!node.is_boolean()) return "must be true or false";
            settings.*member = node.as_boolean()->get();
            return std::nullopt;
          },
          [member](const Settings& settings) { return std::string(settings.*member ? "true" : "false"); }};
}

/// A list of texts; `parse` turns one into an item or says what is wrong with it, `render` turns it back.
template <class Item, class Parse, class Render>
SettingKey list(std::string_view name, std::string_view help, std::vector<Item> Settings::* member, const char* like,
                Parse parse, Render render) {
  return {name, help,
          [=](const toml::node& node, Settings& settings) -> Complaint {
            constexpr std::size_t most = 32;
            const toml::array* items = node.as_array();
            if (!items || items->size() > most) return fmt::format("must be a list of at most {} like {}", most, like);
            (settings.*member).clear();
            for (const toml::node& item : *items) {
              Result<Item> value = parse(item.is_string() ? item.as_string()->get() : "");
              if (!value) return value.error().message;
              (settings.*member).push_back(*std::move(value));
            }
            return std::nullopt;
          },
          [member, render](const Settings& settings) {
            std::string items;
            for (const Item& item : settings.*member) items += (items.empty() ? "" : ", ") + quote(render(item));
            return "[" + items + "]";
          }};
}

SettingKey addresses(std::string_view name, std::string_view help, std::vector<Ipv4Address> Settings::* member) {
  return list(name, help, member, "[\"10.0.0.1\"]", parse_ipv4_address,
              [](const Ipv4Address& address) { return address.to_string(); });
}

Result<std::string> parse_any_address(const std::string& text) {
  const std::string without_link = text.substr(0, text.find('%'));
  in6_addr parsed{};
  if (!parse_ipv4_address(text) && inet_pton(AF_INET6, without_link.c_str(), &parsed) != 1)
    return fail(ErrorKind::invalid, fmt::format("\"{}\" is neither an IPv4 nor an IPv6 address", text.substr(0, 64)));
  return text;
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

Result<std::string> parse_base_path(const std::string& path) {
  if (path.empty() || http::is_plain_prefix(path)) return path;
  return fail(ErrorKind::invalid,
              "must be a path like \"/boot\": beginning with '/', without one at its end, of letters, digits, '.', '-' "
              "and '_'");
}

/// RFC 9110 5.1, of plain letters. Those that are read for something else are no place for a name.
Result<std::string> parse_header_name(const std::string& name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  };
  if (name.size() > 64 || !std::ranges::all_of(name, fits))
    return fail(ErrorKind::invalid, "must be the name of a header like \"Remote-User\": letters, digits and '-'");
  for (const char* read : {"Authorization", "Cookie", "Host", "Origin", "X-Bootferry", "X-Forwarded-For",
                           "X-Forwarded-Host", "X-Forwarded-Prefix", "X-Forwarded-Proto"}) {
    if (strcasecmp(name.c_str(), read) == 0)
      return fail(ErrorKind::invalid,
                  fmt::format("{} is read for something else; take another header, like \"Remote-User\"", read));
  }
  return name;
}

Result<std::string> parse_group(const std::string& name) {
  if (name.find_first_of(",|") == name.npos && !name.starts_with(' ') && !name.ends_with(' ')) return name;
  return fail(ErrorKind::invalid, "must be the name of one group: without ',' and '|', and without blanks around it");
}

Result<std::string> parse_public_url(const std::string& url) {
  if (url.empty()) return url;
  const auto parsed = parse_web_url(url);
  if (!parsed || parsed->target.find('?') != std::string::npos)
    return fail(ErrorKind::invalid,
                "must be the page's address as people type it, like \"https://boot.home.lan/boot\"");
  return url.substr(0, url.find_last_not_of('/') + 1);
}

/// The one key that is a list of tables.
SettingKey webhooks(std::string_view name, std::string_view help) {
  return {name, help,
          [](const toml::node& node, Settings& settings) -> Complaint {
            auto hooks = read_webhooks(node);
            if (!hooks) return hooks.error().message;
            settings.webhooks = *std::move(hooks);
            return std::nullopt;
          },
          [](const Settings& settings) { return write_webhooks(settings.webhooks); }};
}

Result<std::string> parse_log_level(const std::string& level) {
  for (const char* known : {"debug", "info", "warning", "error"})
    if (level == known) return level;
  return fail(ErrorKind::invalid, "must be \"debug\", \"info\", \"warning\" or \"error\"");
}

Result<std::optional<Ipv4Range>> parse_range(const std::string& text) {
  if (text.empty()) return std::nullopt;
  auto range = parse_ipv4_range(text);
  if (!range) return std::unexpected(range.error());
  return *range;
}

std::string render_range(const std::optional<Ipv4Range>& range) {
  return range ? range->first.to_string() + "-" + range->last.to_string() : "";
}

std::string as_it_is(const std::string& text) { return text; }

std::vector<SettingKey> make_keys() {
  return {
      text("state_dir", "Where images, the database, the admin token and the control socket live.",
           &Settings::state_dir),
      text("interface", "The network to serve. Empty: the interface with the default route.", &Settings::interface),
      truth("ipv6", "TFTP, HTTP and iSCSI also answer at the IPv6 addresses of the LAN interface.", &Settings::ipv6),
      parsed("log_level", "debug, info, warning or error.", &Settings::log_level, parse_log_level, as_it_is),
      number("network_threads", "Network loops; 0 is one for each core.", &Settings::network_threads, 0, 64),
      number("disk_threads", "Threads that read and write disk images.", &Settings::disk_threads, 1, 256),
      text("loader_dir", "Where the iPXE loaders are (Debian's package ipxe).", &Settings::loader_dir),
      webhooks("webhooks",
               "Programs that are told of events by a POST with JSON: at the end of this file, for each of them,\n"
               "  [[webhooks]]\n"
               "  url = \"https://example.lan/hook\"\n"
               "  events = [\"unknown-client\", \"boot-failed\"]  # and the kinds of \"Live events\" in docs/api.md\n"
               "  secret_file = \"/etc/bootferry/hook-secret\"    # signs it: X-Bootferry-Signature (HMAC-SHA256)\n"
               "  ca_file = \"/etc/bootferry/hook-ca.pem\"        # who signed its certificate; else the system's CAs\n"
               "  fields = {topic = \"lab\", message = \"{{text}}\"}  # more keys; {{text}} stands for Bootferry's\n"
               "All but url and events may be left out."),

      truth("boot.capture", "Keep the packets of each client's last boot in memory, for \"bootferry boot pcap\".",
            &Settings::capture),

      truth("images.prefetch",
            "Record what each boot reads of an image, and read it from the disk ahead of the next boot of it.",
            &Settings::prefetch),

      parsed("dhcp.mode",
             "proxy:  beside the router's DHCP, which keeps giving the addresses (the safe choice).\n"
             "server: Bootferry gives the addresses; switch the router's DHCP off first.\n"
             "off:    no DHCP at all; something else must send the machines here.",
             &Settings::dhcp_mode, parse_dhcp_mode, [](DhcpMode mode) { return name_of(mode); }),
      parsed("dhcp.range",
             "Server mode: the addresses to give, as in \"192.168.1.128-192.168.1.250\". Empty: the upper half of\n"
             "the interface's network.",
             &Settings::dhcp_range, parse_range, render_range),
      addresses("dhcp.gateways", "Server mode: what the machines are told.", &Settings::dhcp_gateways),
      addresses("dhcp.dns", "", &Settings::dhcp_dns),
      parsed("dhcp.domain", "", &Settings::dhcp_domain, parse_domain, as_it_is),
      number("dhcp.lease_seconds", "", &Settings::dhcp_lease_time, 60, 31'536'000),
      truth("dhcp.router_advertisements",
            "iPXE waits seconds for IPv6 on a network without it. Sending it an empty Router Advertisement, while it\n"
            "netboots, spares it that.",
            &Settings::router_advertisements),
      truth("dhcp.probe_addresses",
            "Server mode: ask by ARP whether somebody has an address before it is offered to a machine.",
            &Settings::dhcp_probe_addresses),
      truth("dhcp.ipv6",
            "Tell boot files over DHCPv6 too, to machines that netboot over IPv6. Addresses come from your router.",
            &Settings::dhcp_ipv6),

      parsed("http.base_path",
             "Behind a reverse proxy that leaves the path as it is: what stands before ours, \"/boot\" for example.\n"
             "Empty: nothing.",
             &Settings::http_base_path, parse_base_path, as_it_is),
      parsed("http.public_url",
             "Where people find the page, as they type it; webhooks link to it. Empty: they have no links.",
             &Settings::http_public_url, parse_public_url, as_it_is),
      list("http.trusted_proxies",
           "Reverse proxies whose X-Forwarded-For, -Proto, -Host and -Prefix are believed: addresses and networks.",
           &Settings::http_trusted_proxies, "[\"127.0.0.1\", \"10.0.0.0/24\"]", parse_ip_network,
           [](const IpNetwork& network) { return network.to_string(); }),
      parsed(
          "http.user_header",
          "The header by which a trusted proxy says who is logged in there: \"Remote-User\" for example. Taken from\n"
          "http.trusted_proxies alone: name no address there that others can use too. Empty: none.",
          &Settings::http_user_header, parse_header_name, as_it_is),
      parsed("http.groups_header",
             "The header by which it lists his groups, and the groups whose members are admins and viewers here. A\n"
             "user of Bootferry has the role that he has here, whatever his groups are.",
             &Settings::http_groups_header, parse_header_name, as_it_is),
      parsed("http.admin_group", "", &Settings::http_admin_group, parse_group, as_it_is),
      parsed("http.viewer_group", "", &Settings::http_viewer_group, parse_group, as_it_is),
      truth("http.open_metrics", "Prometheus may read /metrics without a token.", &Settings::http_open_metrics),
      truth("http.require_https",
            "The plain port answers booting machines and nobody else; the page and the API are on the HTTPS port.",
            &Settings::http_require_https),
      text("http.certificate",
           "Certificate (PEM, with its chain) and key (PEM) of the HTTPS port; read again when they change.\n"
           "Empty: a self-signed one, made at the first start.",
           &Settings::http_certificate),
      text("http.key", "", &Settings::http_key),

      list("iscsi.addresses",
           "Where the disks are offered: IPv4 and IPv6 addresses of this machine, each another path to the same\n"
           "disks. Empty: the addresses of the LAN interface.",
           &Settings::iscsi_addresses, "[\"10.0.0.1\", \"fd00::1\"]", parse_any_address, as_it_is),
      number("iscsi.ping_seconds",
             "An initiator that was silent for so many seconds is asked for a sign of life; 0 is never. iPXE, which\n"
             "cannot answer, is not asked.",
             &Settings::iscsi_ping_after, 0, 3600),
      number("iscsi.ping_limit_seconds", "Without an answer for so many seconds its session is ended.",
             &Settings::iscsi_ping_limit, 1, 3600),

      port("ports.dhcp", &Settings::dhcp_port),
      port("ports.pxe", &Settings::pxe_port),
      port("ports.tftp", &Settings::tftp_port),
      port("ports.http", &Settings::http_port),
      number("ports.https", "0: no HTTPS.", &Settings::https_port, 0, 65535),
      port("ports.iscsi", &Settings::iscsi_port),
  };
}

}  // namespace

std::string_view SettingKey::table() const {
  const std::size_t dot = name.find('.');
  return dot == std::string_view::npos ? "" : name.substr(0, dot);
}

std::string_view SettingKey::word() const {
  const std::size_t dot = name.find('.');
  return dot == std::string_view::npos ? name : name.substr(dot + 1);
}

std::span<const SettingKey> setting_keys() {
  static const std::vector<SettingKey> all = make_keys();
  return all;
}

const SettingKey* find_setting_key(std::string_view name) {
  const auto keys = setting_keys();
  const auto at = std::ranges::find(keys, name, &SettingKey::name);
  return at == keys.end() ? nullptr : &*at;
}

}  // namespace bootferry::app
