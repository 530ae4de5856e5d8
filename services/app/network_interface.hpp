// SPDX-License-Identifier: Apache-2.0
// The machine's network interfaces, and which of them is the LAN when nobody says. Called once, at start.
#pragma once

#include <string>
#include <vector>

#include "base/ipv4_address.hpp"
#include "base/mac_address.hpp"
#include "base/result.hpp"

namespace bootferry::app {

struct NetworkInterface {
  std::string name;
  unsigned index = 0;
  MacAddress mac;
  Ipv4Network network;  ///< its first IPv4 address
  bool up = false;
  bool loopback = false;
  bool default_route = false;
};

/// Those with an IPv4 address, in the kernel's order. Throws std::system_error when the kernel does not answer.
[[nodiscard]] std::vector<NetworkInterface> list_interfaces();

/// The named one; or, for an empty name, the one with the default route, else the only one that could be a LAN. Pure.
[[nodiscard]] Result<NetworkInterface> choose_interface(const std::vector<NetworkInterface>& all,
                                                        const std::string& name);

}  // namespace bootferry::app
