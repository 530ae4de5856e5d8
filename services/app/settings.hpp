// SPDX-License-Identifier: Apache-2.0
// What root decides: interfaces, ports, paths. Read once at start from an optional TOML file, then from flags, which
// win. Everything has a default; an unknown key or a wrong value is an error that names file, line and the mend.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/webhook.hpp"
#include "base/ip_network.hpp"
#include "base/ipv4_address.hpp"
#include "base/result.hpp"

namespace bootferry::app {

enum class DhcpMode { off, proxy, server };
[[nodiscard]] std::string_view name_of(DhcpMode mode);
[[nodiscard]] Result<DhcpMode> parse_dhcp_mode(std::string_view name);

struct Settings {
  std::filesystem::path file;  ///< that they were read from; empty: there was none
  std::filesystem::path state_dir = "/var/lib/bootferry";
  std::string interface;  ///< empty: the LAN interface is found
  std::string log_level = "info";
  bool ipv6 = true;  ///< TFTP and HTTP also answer at the IPv6 addresses of the LAN interface

  DhcpMode dhcp_mode = DhcpMode::proxy;
  std::optional<Ipv4Range> dhcp_range;  ///< empty: the upper half of the interface's network
  std::vector<Ipv4Address> dhcp_gateways;
  std::vector<Ipv4Address> dhcp_dns;
  std::string dhcp_domain;
  std::chrono::seconds dhcp_lease_time = std::chrono::hours(12);
  bool router_advertisements = true;
  bool dhcp_probe_addresses = true;  ///< ask by ARP before an address is offered
  bool dhcp_ipv6 = false;            ///< tell boot files over DHCPv6 too; addresses come from others

  std::uint16_t dhcp_port = 67;
  std::uint16_t pxe_port = 4011;
  std::uint16_t tftp_port = 69;
  std::uint16_t http_port = 8080;
  std::uint16_t https_port = 8443;  ///< 0: no HTTPS
  std::uint16_t iscsi_port = 3260;

  std::string http_base_path;   ///< "/boot", or empty
  std::string http_public_url;  ///< where people find the page, for links; empty: nobody said
  std::vector<IpNetwork> http_trusted_proxies;
  std::string http_user_header, http_groups_header;  ///< by which a trusted proxy says who asks; empty: it does not
  std::string http_admin_group, http_viewer_group;   ///< at that proxy; empty: none
  bool http_open_metrics = false;
  bool http_require_https = false;
  std::filesystem::path http_certificate, http_key;  ///< empty: a pair of our own

  std::vector<std::string> iscsi_addresses;  ///< IPv4 and IPv6; empty: the LAN interface's
  std::chrono::seconds iscsi_ping_after = std::chrono::seconds(15);
  std::chrono::seconds iscsi_ping_limit = std::chrono::seconds(30);

  std::vector<Webhook> webhooks;  ///< who is told of events

  bool capture = true;   ///< packets of boots are kept
  bool prefetch = true;  ///< boots are recorded, and the next one is read ahead for

  std::size_t network_threads = 0;  ///< 0: one a core
  std::size_t disk_threads = 8;
  std::filesystem::path loader_dir = "/usr/lib/ipxe";
};

inline constexpr const char* default_settings_file = "/etc/bootferry/bootferry.toml";

/// Two services on one port would fail with words about a stranger who has it.
[[nodiscard]] Result<void> check_ports(const Settings& settings);
/// What HTTPS needs belongs together and can be read.
[[nodiscard]] Result<void> check_https(const Settings& settings);

/// What a login by a proxy needs belongs together; the error begins with the key.
[[nodiscard]] Result<void> check_proxy_login(const Settings& settings);

/// Reads the file over the defaults. The error is one sentence: "FILE:LINE: what is wrong; the mend".
[[nodiscard]] Result<Settings> read_settings(const std::filesystem::path& file);
[[nodiscard]] Result<Settings> parse_settings(std::string_view text, const std::string& file_name);

}  // namespace bootferry::app
