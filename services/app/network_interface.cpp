// SPDX-License-Identifier: Apache-2.0
#include "app/network_interface.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <algorithm>
#include <bit>
#include <fstream>
#include <memory>
#include <sstream>
#include <system_error>

namespace bootferry::app {
namespace {

std::uint32_t host_order(const sockaddr* address) {
  return ntohl(reinterpret_cast<const sockaddr_in*>(address)->sin_addr.s_addr);
}

/// Names of the interfaces with a default route (/proc/net/route: destination and mask both 0).
std::vector<std::string> default_route_interfaces() {
  std::vector<std::string> names;
  std::ifstream routes("/proc/net/route");
  std::string line;
  std::getline(routes, line);
  while (std::getline(routes, line)) {
    std::istringstream fields(line);
    std::string name, destination;
    fields >> name >> destination;
    if (destination == "00000000") names.push_back(name);
  }
  return names;
}

std::string names_of(const std::vector<NetworkInterface>& interfaces) {
  std::string names;
  for (const NetworkInterface& interface : interfaces) names += (names.empty() ? "" : ", ") + interface.name;
  return names.empty() ? "none with an IPv4 address" : names;
}

}  // namespace

std::vector<NetworkInterface> list_interfaces() {
  ifaddrs* head = nullptr;
  if (getifaddrs(&head) != 0)
    throw std::system_error(errno, std::generic_category(), "the network interfaces cannot be listed");
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(head, freeifaddrs);
  const std::vector<std::string> with_default = default_route_interfaces();
  std::vector<NetworkInterface> all;
  for (const ifaddrs* entry = head; entry; entry = entry->ifa_next) {
    if (!entry->ifa_addr || entry->ifa_addr->sa_family != AF_INET) continue;
    if (std::any_of(all.begin(), all.end(), [&](const auto& known) { return known.name == entry->ifa_name; })) continue;
    NetworkInterface made;
    made.name = entry->ifa_name;
    made.index = if_nametoindex(entry->ifa_name);
    made.network.address = {host_order(entry->ifa_addr)};
    made.network.prefix_length = static_cast<std::uint8_t>(std::popcount(host_order(entry->ifa_netmask)));
    made.up = (entry->ifa_flags & IFF_UP) != 0;
    made.loopback = (entry->ifa_flags & IFF_LOOPBACK) != 0;
    made.default_route = std::find(with_default.begin(), with_default.end(), made.name) != with_default.end();
    all.push_back(made);
  }
  for (const ifaddrs* entry = head; entry; entry = entry->ifa_next) {
    if (!entry->ifa_addr || entry->ifa_addr->sa_family != AF_PACKET) continue;
    const auto* link = reinterpret_cast<const sockaddr_ll*>(entry->ifa_addr);
    for (NetworkInterface& known : all) {
      if (known.name == entry->ifa_name && link->sll_halen == 6)
        known.mac = MacAddress::from(ByteView(link->sll_addr, 6));
    }
  }
  return all;
}

Result<NetworkInterface> choose_interface(const std::vector<NetworkInterface>& all, const std::string& name) {
  if (!name.empty()) {
    for (const NetworkInterface& interface : all) {
      if (interface.name != name) continue;
      if (!interface.up)
        return fail(ErrorKind::unavailable,
                    fmt::format("interface {} is down; bring it up with: ip link set {} up", name, name));
      return interface;
    }
    return fail(
        ErrorKind::not_found,
        fmt::format("there is no interface {} with an IPv4 address here; choose one of: {}", name, names_of(all)));
  }
  std::vector<NetworkInterface> candidates;
  for (const NetworkInterface& interface : all) {
    if (interface.up && !interface.loopback) candidates.push_back(interface);
  }
  for (const NetworkInterface& candidate : candidates) {
    if (candidate.default_route) return candidate;
  }
  if (candidates.size() == 1) return candidates.front();
  if (candidates.empty())
    return fail(ErrorKind::unavailable,
                "no network interface is up with an IPv4 address; configure the LAN interface first");
  return fail(ErrorKind::invalid, fmt::format("several interfaces could be the LAN; choose with --interface one of: {}",
                                              names_of(candidates)));
}

}  // namespace bootferry::app
