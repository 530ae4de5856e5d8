// SPDX-License-Identifier: Apache-2.0
// The other DHCP and PXE servers of the LAN: machines may listen to them instead of us, which is the commonest reason
// why one does not boot. Found by dhcp, shown by the API and the command line. Plain values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/ipv4_address.hpp"
#include "base/mac_address.hpp"

namespace bootferry::boot {

enum class ServerKind {
  dhcp,   ///< gives addresses and names no boot file
  pxe,    ///< gives addresses and names a boot file of its own
  proxy,  ///< gives no addresses, but tells boot files (proxyDHCP), as we may do
};
[[nodiscard]] std::string_view name_of(ServerKind kind);  ///< "dhcp", "pxe", "proxy"

struct NetworkServer {
  Ipv4Address address;  ///< option 54, else where its reply came from
  MacAddress mac;       ///< of the frame: its own, or its relay's
  ServerKind kind = ServerKind::dhcp;
  std::string boot_file;  ///< what it names; printable ASCII, may be cut
  WallTime first_seen{}, last_seen{};
};

/// A sentence with its mend when this server gets in our way; empty when it does what we count on.
[[nodiscard]] std::string complaint_of(const NetworkServer& server, bool we_give_addresses);

class NetworkServers {
 public:
  virtual ~NetworkServers() = default;
  /// All that were heard since the start; any thread, never waits.
  [[nodiscard]] virtual std::vector<NetworkServer> network_servers() const = 0;
  /// Asks the LAN as a PC would, and waits for answers: blocks for `probe_time`. Nothing is leased.
  [[nodiscard]] virtual std::vector<NetworkServer> probe_network() = 0;
  static constexpr std::chrono::seconds probe_time{3};
};

}  // namespace bootferry::boot
