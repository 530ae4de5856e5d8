// SPDX-License-Identifier: Apache-2.0
// How full the pool of addresses is that server mode gives out. Made for the API from what is stored, so that nobody
// has to ask loop 0. Pure.
#pragma once

#include <span>
#include <string>

#include "base/ipv4_address.hpp"
#include "boot/client_registry.hpp"
#include "boot/lease_store.hpp"

namespace bootferry::boot {

/// Each address of the range that may be given is in one of the four.
struct PoolUsage {
  Ipv4Range range;
  std::uint64_t leased = 0;    ///< a lease has not ended yet
  std::uint64_t reserved = 0;  ///< for a client that has no lease on it now
  std::uint64_t declined = 0;  ///< somebody else was found on it a moment ago
  std::uint64_t free = 0;

  [[nodiscard]] std::uint64_t size() const { return leased + reserved + declined + free; }
};

/// `network` is that of the interface, with the server's own address, which is never given.
[[nodiscard]] PoolUsage usage_of(const Ipv4Range& range, const Ipv4Network& network, std::span<const Lease> leases,
                                 const RegistrySnapshot& registry, WallTime now);
/// A sentence with its mend when a tenth or less is free; empty else.
[[nodiscard]] std::string complaint_of(const PoolUsage& pool);

}  // namespace bootferry::boot
