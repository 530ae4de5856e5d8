// SPDX-License-Identifier: Apache-2.0
// How many events one address may cause by what it fetches: a stranger who asks without end must not push everybody's
// boot out of the log. Shared by all loops, so it locks.
#pragma once

#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/ip_address.hpp"
#include "base/rate_limit.hpp"

namespace bootferry::http {

class EventLimits {
 public:
  /// May this fetch be told? The Unix socket (no address) is root's, and always may.
  [[nodiscard]] bool try_take(const std::optional<IpAddress>& from, SteadyTime now) {
    if (!from) return true;
    std::lock_guard lock(mutex_);
    const IpAddress asker = from->limited_as();
    if (limits_.size() >= max_addresses && !limits_.contains(asker)) limits_.clear();
    return limits_.try_emplace(asker, burst, per_second).first->second.try_take(now);
  }

 private:
  static constexpr double burst = 100, per_second = 1;  ///< a boot takes some tens, and many minutes
  static constexpr std::size_t max_addresses = 4096;
  std::mutex mutex_;
  std::unordered_map<IpAddress, RateLimit> limits_;
};

}  // namespace bootferry::http
