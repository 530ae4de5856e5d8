// SPDX-License-Identifier: Apache-2.0
// Which machine an IP address belongs to, learned from DHCP and scripts: TFTP and HTTP see only addresses, people think
// in machines. Bounded, thread-safe.
#pragma once

#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/ipv4_address.hpp"
#include "base/mac_address.hpp"

namespace bootferry::boot {

class AddressBook {
 public:
  void learn(Ipv4Address address, const MacAddress& mac);
  [[nodiscard]] std::optional<MacAddress> find(Ipv4Address address) const;

 private:
  static constexpr std::size_t max_entries = 16384;
  mutable std::mutex mutex_;
  std::unordered_map<Ipv4Address, MacAddress> entries_;
};

}  // namespace bootferry::boot
