// SPDX-License-Identifier: Apache-2.0
// Who else answers DHCP on this LAN: a table of the OFFERs and ACKs of others that were heard, and the DISCOVER that
// asks for some (as a UEFI PC would, RFC 2131 and PXE 2.1). Called by server on loop 0; pure, bounded.
#pragma once

#include <map>
#include <unordered_map>
#include <vector>

#include "base/rate_limit.hpp"
#include "boot/network_servers.hpp"
#include "dhcp/action.hpp"
#include "dhcp/settings.hpp"

namespace bootferry::dhcp {

class OtherServers {
 public:
  explicit OtherServers(const Settings& settings) : settings_(settings) {}

  /// Asks with our own MAC, so that no address of anybody's pool is used up, and wants a broadcast answer.
  [[nodiscard]] Message make_probe(std::uint32_t xid) const;

  /// What others say to this machine is news for the next two minutes.
  void note_netbooting(const MacAddress& mac, SteadyTime now);

  /// A BOOTREPLY that came from port 67 or 4011 of `mac` and `source`. Tells of servers that are new or changed their
  /// kind, and of what they say to machines that netboot.
  [[nodiscard]] Actions on_reply(const Message& reply, const MacAddress& mac, Ipv4Address source, Moment now);

  /// By address.
  [[nodiscard]] std::vector<boot::NetworkServer> servers() const;

 private:
  static constexpr std::size_t max_servers = 64, max_netbooting = 4096;
  static constexpr std::chrono::minutes netboot_time{2};

  void learn(const Message& reply, const MacAddress& mac, Ipv4Address address, Moment now, Actions& out);

  const Settings& settings_;
  std::map<Ipv4Address, boot::NetworkServer> servers_;
  std::unordered_map<MacAddress, SteadyTime> netbooting_;
  RateLimit client_events_{200, 20};
};

}  // namespace bootferry::dhcp
