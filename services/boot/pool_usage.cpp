// SPDX-License-Identifier: Apache-2.0
#include "boot/pool_usage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace bootferry::boot {
namespace {

constexpr std::uint64_t least_free_part = 10;

/// The addresses of the range that no machine may have: the network's own, its broadcast, and ours.
std::uint64_t count_of_no_host(const Ipv4Range& range, const Ipv4Network& network) {
  std::set<Ipv4Address> none{network.address};
  if (network.prefix_length < 31) none.insert({network.first(), network.last()});
  return static_cast<std::uint64_t>(
      std::ranges::count_if(none, [&](Ipv4Address address) { return range.contains(address); }));
}

}  // namespace

PoolUsage usage_of(const Ipv4Range& range, const Ipv4Network& network, std::span<const Lease> leases,
                   const RegistrySnapshot& registry, WallTime now) {
  PoolUsage pool{.range = range};
  std::set<Ipv4Address> taken;
  for (const Lease& lease : leases) {
    if (!range.contains(lease.address) || lease.expires <= now || lease.state == LeaseState::released) continue;
    taken.insert(lease.address);
    ++(lease.state == LeaseState::declined ? pool.declined : pool.leased);
  }
  for (const auto& [mac, client] : registry.clients) {
    if (client.reserved_address && range.contains(*client.reserved_address) &&
        !taken.contains(*client.reserved_address))
      ++pool.reserved;
  }
  const std::uint64_t used = pool.leased + pool.declined + pool.reserved + count_of_no_host(range, network);
  pool.free = range.size() - std::min(used, range.size());
  return pool;
}

std::string complaint_of(const PoolUsage& pool) {
  const std::string where = fmt::format("{}-{}", pool.range.first.to_string(), pool.range.last.to_string());
  constexpr std::string_view mend = "widen dhcp.range, or shorten dhcp.lease_seconds";
  if (pool.free == 0)
    return fmt::format("All addresses of the DHCP pool {} are taken: new machines get none. Mend: {}.", where, mend);
  if (pool.free * least_free_part > pool.size()) return "";
  return fmt::format("Only {} of the {} addresses of the DHCP pool {} are free. Mend: {}.", pool.free, pool.size(),
                     where, mend);
}

}  // namespace bootferry::boot
