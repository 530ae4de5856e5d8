// SPDX-License-Identifier: Apache-2.0
// How many connections there may be, in all and from one address. Asked by server on loop 0; a place is given back on
// the loop where the connection ends, so it locks.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/ip_address.hpp"

namespace bootferry::http {

class Admission : public std::enable_shared_from_this<Admission> {
 public:
  Admission(std::size_t most, std::size_t most_per_address) : most_(most), most_per_address_(most_per_address) {}

  /// Null when there is no room. Destroying the ticket gives the place back. The Unix socket (no address) is always let
  /// in: the person at the machine must get through when the network side is full.
  [[nodiscard]] std::shared_ptr<void> try_enter(const std::optional<IpAddress>& address) {
    if (!address) return std::make_shared<int>(0);
    std::lock_guard lock(mutex_);
    if (total_ >= most_) return nullptr;
    std::size_t& own = by_address_[address->limited_as()];
    if (own >= most_per_address_) return nullptr;
    ++own;
    ++total_;
    auto leave = [self = shared_from_this(), from = address->limited_as()](void*) { self->leave(from); };
    return std::shared_ptr<void>(this, std::move(leave));
  }

 private:
  void leave(const IpAddress& address) {
    std::lock_guard lock(mutex_);
    --total_;
    const auto at = by_address_.find(address);
    if (--at->second == 0) by_address_.erase(at);
  }

  const std::size_t most_, most_per_address_;
  std::mutex mutex_;
  std::size_t total_ = 0;
  std::unordered_map<IpAddress, std::size_t> by_address_;
};

}  // namespace bootferry::http
