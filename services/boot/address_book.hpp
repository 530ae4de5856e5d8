// SPDX-License-Identifier: Apache-2.0
// Which machine an IP address belongs to, learned from DHCP and scripts: TFTP and HTTP see only addresses, people think
// in machines. Bounded, thread-safe.
#pragma once

#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "boot/neighbours.hpp"

namespace bootferry::boot {

class AddressBook {
 public:
  AddressBook() = default;
  /// `neighbours`, which outlive the book, are asked about addresses that nobody told of: DHCPv6 servers are not heard
  /// when they give one.
  explicit AddressBook(const Neighbours& neighbours) : neighbours_(&neighbours) {}

  void learn(const IpAddress& address, const MacAddress& mac);
  /// An IPv6 address that nobody told of may hold its machine's MAC address.
  [[nodiscard]] std::optional<MacAddress> find(const IpAddress& address) const;

 private:
  static constexpr std::size_t max_entries = 16384;
  const Neighbours* neighbours_ = nullptr;
  mutable std::mutex mutex_;
  std::unordered_map<IpAddress, MacAddress> entries_;
};

}  // namespace bootferry::boot
