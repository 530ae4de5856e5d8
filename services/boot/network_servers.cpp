// SPDX-License-Identifier: Apache-2.0
#include "boot/network_servers.hpp"

#include <fmt/format.h>

namespace bootferry::boot {

std::string_view name_of(ServerKind kind) {
  switch (kind) {
    case ServerKind::dhcp:
      return "dhcp";
    case ServerKind::pxe:
      return "pxe";
    case ServerKind::proxy:
      return "proxy";
  }
  return "dhcp";
}

std::string complaint_of(const NetworkServer& server, bool we_give_addresses) {
  const std::string who = fmt::format("{} ({})", server.address.to_string(), server.mac.to_string());
  if (server.kind == ServerKind::proxy) {
    return fmt::format(
        "Another PXE server, {}, tells machines to boot {}: they may take its word. Switch its network "
        "boot service off.",
        who, server.boot_file.empty() ? "from it" : server.boot_file);
  }
  if (we_give_addresses) {
    return fmt::format(
        "Another DHCP server, {}, gives addresses here too: machines that take its offer do not boot "
        "from us. Switch it off, or start Bootferry with --dhcp-mode proxy.",
        who);
  }
  if (server.kind == ServerKind::pxe) {
    return fmt::format(
        "The DHCP server {} names a boot file of its own, {}: machines may take that. Remove its boot "
        "options (66 and 67, \"next-server\" and \"filename\").",
        who, server.boot_file);
  }
  return {};
}

}  // namespace bootferry::boot
