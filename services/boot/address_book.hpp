// SPDX-License-Identifier: Apache-2.0
// Which machine an IP address belongs to, learned from DHCP and scripts: TFTP and HTTP see only addresses, people think
// in machines. Bounded, thread-safe.
#pragma once

#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/ip_address.hpp"
#include "base/mac_address.hpp"

namespace bootferry::boot {

class AddressBook {
 public:
  void learn(const IpAddress& address, const MacAddress& mac);
  /// An IPv6 address that nobody told of may hold its machine's MAC address.
  [[nodiscard]] std::optional<MacAddress> find(const IpAddress& address) const;

 private:
  static constexpr std::size_t max_entries = 16384;
  mutable std::mutex mutex_;
  std::unordered_map<IpAddress, MacAddress> entries_;
};

}  // namespace bootferry::boot
