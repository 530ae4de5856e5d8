// SPDX-License-Identifier: Apache-2.0
#include "app/dhcp_range.hpp"

#include <fmt/format.h>

namespace bootferry::app {
namespace {

/// The upper half of the network, without its broadcast address: a router's own fixed addresses are low in most homes.
Ipv4Range upper_half(const Ipv4Network& network) {
  const std::uint32_t half = (network.last().value - network.first().value) / 2;
  Ipv4Range range{{network.first().value + half + 1}, {network.last().value - 1}};
  if (range.first <= network.address && network.address <= range.last) {
    // Ours is in it: the longer of the two parts around it.
    const Ipv4Range below{range.first, {network.address.value - 1}}, above{{network.address.value + 1}, range.last};
    const bool below_longer = network.address.value - range.first.value > range.last.value - network.address.value;
    return below_longer ? below : above;
  }
  return range;
}

}  // namespace

Result<Ipv4Range> choose_dhcp_range(const std::optional<Ipv4Range>& wanted, const Ipv4Network& network,
                                    const std::string& interface) {
  if (wanted) {
    if (network.contains(wanted->first) && network.contains(wanted->last)) return *wanted;
    return fail(ErrorKind::invalid,
                fmt::format("the DHCP range {}-{} is not inside the network {} of {}; choose addresses of that network "
                            "with dhcp.range (--dhcp-range)",
                            wanted->first.to_string(), wanted->last.to_string(), network.to_string(), interface));
  }
  if (network.prefix_length <= 29) return upper_half(network);
  return fail(ErrorKind::invalid,
              fmt::format("the network {} of {} is too small to choose addresses from; name them with dhcp.range "
                          "(--dhcp-range)",
                          network.to_string(), interface));
}

}  // namespace bootferry::app
