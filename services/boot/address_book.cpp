// SPDX-License-Identifier: Apache-2.0
#include "boot/address_book.hpp"

namespace bootferry::boot {

void AddressBook::learn(const IpAddress& address, const MacAddress& mac) {
  std::lock_guard lock(mutex_);
  // A flood of made-up addresses costs the book its memory of others, never the machine's.
  if (entries_.size() >= max_entries && !entries_.contains(address)) entries_.clear();
  entries_[address] = mac;
}

std::optional<MacAddress> AddressBook::find(const IpAddress& address) const {
  {
    std::lock_guard lock(mutex_);
    if (const auto at = entries_.find(address); at != entries_.end()) return at->second;
  }
  if (const auto mac = find_mac_of(address)) return mac;
  return neighbours_ && !address.is_ipv4() ? neighbours_->find(address) : std::nullopt;
}

}  // namespace bootferry::boot
