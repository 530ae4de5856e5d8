// SPDX-License-Identifier: Apache-2.0
#include "app/room_settings.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "app/version.hpp"
#include "http/first_script.hpp"

#ifdef BOOTFERRY_HAS_PAGE
namespace bootferry {
extern const EmbeddedFiles page_files;
}
#endif

namespace bootferry::app {
namespace {

/// Some machines are called what no certificate may name.
bool is_host_name(std::string_view name) {
  return !name.empty() && name.size() <= 63 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

/// What was given, or a pair of our own in the state folder: made at the first start, and again before it runs out.
std::shared_ptr<http::TlsCertificate> open_certificate(const Settings& settings, const NetworkInterface& interface,
                                                       const Clock& clock) {
  if (settings.https_port == 0) return nullptr;
  http::TlsCertificate::Files files{settings.http_certificate, settings.http_key};
  if (files.certificate.empty()) {
    files = {settings.state_dir / "https-certificate.pem", settings.state_dir / "https-key.pem"};
    char host[256] = "bootferry";
    if (gethostname(host, sizeof host - 1) != 0) host[0] = '\0';
    const std::string address = interface.network.address.to_string();
    std::vector<std::string> names{address, "localhost"};
    if (is_host_name(host)) names.insert(names.end(), {host, std::string(host) + ".local"});
    http::make_self_signed(files, names, clock.wall_now());
  }
  return std::make_shared<http::TlsCertificate>(std::move(files), clock);
}

}  // namespace

boot::BootSettings boot_settings(const Settings& settings, const NetworkInterface& interface,
                                 boot::LoaderCatalog loaders) {
  boot::BootSettings made;
  made.server = interface.network.address;
  made.http_port = settings.http_port;
  made.iscsi_port = settings.iscsi_port;
  made.loaders = std::move(loaders);
  for (const std::string& address : settings.iscsi_addresses) {
    if (const auto known = parse_ip_address(address.substr(0, address.find('%')))) made.portals.push_back(*known);
  }
  return made;
}

LoaderFolders loader_folders(const Settings& settings, const boot::BootSettings& boot) {
  LoaderFolders made{.package = settings.loader_dir, .user = settings.state_dir / "loaders"};
  made.autoexec = settings.state_dir / "autoexec.ipxe";
  std::ofstream(made.autoexec, std::ios::binary | std::ios::trunc) << http::render_first_script(boot);
  return made;
}

dhcp::Settings dhcp_settings(const Settings& settings, const NetworkInterface& interface,
                             const std::optional<Ipv4Range>& range, const boot::BootSettings& boot) {
  dhcp::Settings made;
  switch (settings.dhcp_mode) {
    case DhcpMode::off:
      made.mode = dhcp::Settings::Mode::off;
      break;
    case DhcpMode::proxy:
      made.mode = dhcp::Settings::Mode::proxy;
      break;
    case DhcpMode::server:
      made.mode = dhcp::Settings::Mode::server;
      break;
  }
  made.interface = interface.name;
  made.interface_index = interface.index;
  made.network = interface.network;
  made.interface_mac = interface.mac;
  made.range = range;
  made.gateways = settings.dhcp_gateways;
  made.dns = settings.dhcp_dns;
  made.domain = settings.dhcp_domain;
  made.lease_time = settings.dhcp_lease_time;
  made.probe_addresses = settings.dhcp_probe_addresses;
  made.probe_ahead = 8;
  made.router_advertisements = settings.router_advertisements;
  made.server_port = settings.dhcp_port;
  made.pxe_port = settings.pxe_port;
  made.boot = boot;
  return made;
}

dhcpv6::Settings dhcpv6_settings(const NetworkInterface& interface, const boot::BootSettings& boot) {
  dhcpv6::Settings made;
  made.interface = interface.name;
  made.interface_index = interface.index;
  made.interface_mac = interface.mac;
  made.boot = boot;
  return made;
}

boot::Health identity_of(const Settings& settings, const NetworkInterface& interface,
                         const std::optional<Ipv4Range>& range, WallTime started) {
  boot::Health identity;
  identity.version = version;
  identity.started = started;
  identity.interface = interface.name;
  identity.server_address = interface.network.address;
  identity.network = interface.network;
  identity.dhcp_mode = name_of(settings.dhcp_mode);
  identity.dhcp_range = range;
  identity.dhcp_port = settings.dhcp_port;
  identity.pxe_port = settings.pxe_port;
  identity.tftp_port = settings.tftp_port;
  identity.http_port = settings.http_port;
  identity.iscsi_port = settings.iscsi_port;
  return identity;
}

std::vector<std::string> portal_addresses(const Settings& settings, const NetworkInterface& interface) {
  if (settings.iscsi_addresses.empty()) return {interface.network.address.to_string()};
  std::vector<std::string> addresses = settings.iscsi_addresses;
  for (std::string& address : addresses) {
    if (address.starts_with("fe80:") && address.find('%') == std::string::npos) address += "%" + interface.name;
  }
  return addresses;
}

iscsi::ServerSettings target_settings(const Settings& settings, const NetworkInterface& interface) {
  iscsi::ServerSettings made;
  made.addresses = portal_addresses(settings, interface);
  if (settings.iscsi_addresses.empty() && settings.ipv6) made.ipv6_interface = interface.name;
  made.port = settings.iscsi_port;
  made.keepalive.ping_after = settings.iscsi_ping_after;
  made.keepalive.answer_limit = settings.iscsi_ping_limit;
  return made;
}

capture::Ports capture_ports(const Settings& settings) {
  return {settings.pxe_port, settings.tftp_port, settings.http_port, settings.iscsi_port};
}

http::Settings http_settings(const Settings& settings, const NetworkInterface& interface, const std::string& token,
                             const Clock& clock) {
  http::Settings made;
  made.address = interface.network.address;
  if (settings.ipv6) made.ipv6_interface = interface.name;
  made.port = settings.http_port;
  made.state_dir = settings.state_dir;
  made.admin_token = token;
  made.base_path = settings.http_base_path;
  made.trusted_proxies = settings.http_trusted_proxies;
  made.user_header = settings.http_user_header;
  made.groups_header = settings.http_groups_header;
  made.admin_group = settings.http_admin_group;
  made.viewer_group = settings.http_viewer_group;
  made.open_metrics = settings.http_open_metrics;
  made.require_https = settings.http_require_https;
  made.https_port = settings.https_port;
  made.certificate = open_certificate(settings, interface, clock);
#ifdef BOOTFERRY_HAS_PAGE
  made.page = &page_files;
#endif
  return made;
}

}  // namespace bootferry::app
