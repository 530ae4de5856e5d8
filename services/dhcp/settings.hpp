// SPDX-License-Identifier: Apache-2.0
// What the DHCP service is told at start; app fills it, the machines read it. Plain value.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ipv4_address.hpp"
#include "base/mac_address.hpp"
#include "boot/boot_policy.hpp"

namespace bootferry::dhcp {

struct Settings {
  enum class Mode {
    off,
    proxy,   ///< beside another DHCP server: tells boot files, never hands out an address
    server,  ///< the network's DHCP server
  };

  Mode mode = Mode::proxy;
  std::string interface;
  unsigned interface_index = 0;
  Ipv4Network network;  ///< the interface's address (ours: options 54 and siaddr) and prefix
  MacAddress interface_mac;
  std::optional<Ipv4Range> range;  ///< server mode needs it
  std::vector<Ipv4Address> gateways, dns;
  std::string domain;
  std::chrono::seconds lease_time{3600};
  bool router_advertisements = true;  ///< answer iPXE's IPv6 Router Solicitation, which spares each boot ~16 s
  bool probe_addresses = true;        ///< ask by ARP before an offer; the server turns it off without raw sockets
  std::size_t probe_ahead = 0;        ///< so many of the addresses given next are probed before anybody asks for one
  std::uint16_t server_port = 67, pxe_port = 4011, client_port = 68;
  boot::BootSettings boot;
};

}  // namespace bootferry::dhcp
