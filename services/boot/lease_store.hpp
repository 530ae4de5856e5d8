// SPDX-License-Identifier: Apache-2.0
// Where DHCP leases are kept so that a crash forgets none that was acknowledged (RFC 2131 2.1, 4.3.1). Implemented by
// db, which commits in batches, and by a fake in tests. Called by dhcp/server on loop 0.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/ipv4_address.hpp"
#include "base/mac_address.hpp"
#include "base/result.hpp"

namespace bootferry::boot {

enum class LeaseState { bound, released, declined };
[[nodiscard]] std::string_view name_of(LeaseState state);

struct Lease {
  Ipv4Address address;  ///< the key: one lease an address
  MacAddress mac;
  Bytes client_id;  ///< option 61 as sent, or empty
  std::string hostname;
  LeaseState state = LeaseState::bound;
  WallTime expires{};
};

class LeaseStore {
 public:
  using Done = std::move_only_function<void(Result<void>)>;

  virtual ~LeaseStore() = default;
  /// All leases, expired ones too: they tell which address a client had before. Blocks; called once at start.
  [[nodiscard]] virtual std::vector<Lease> load() = 0;
  /// Adds or replaces the address's lease. `done` runs on the store's own thread once it is durable (or failed): the
  /// ACK leaves only then. Returns at once.
  virtual void save(Lease lease, Done done) = 0;
};

}  // namespace bootferry::boot
