// SPDX-License-Identifier: Apache-2.0
// How often a password may be tried: per address and per user, so that neither one guesser nor many get far, and
// overall, so that hashing never takes the server's time away. Only failures count. Used by accounts under its lock.
#pragma once

#include <map>
#include <string>

#include "base/rate_limit.hpp"

namespace bootferry::people {

class LoginLimit {
 public:
  /// Counts a try; false: too many, do not even look at the password.
  [[nodiscard]] bool try_take(const std::string& address, const std::string& user, SteadyTime now) {
    if (!take(addresses_, address, now)) return false;
    return take(users_, user, now) && all_.try_take(now);
  }
  /// The password was right: what led to it is forgiven.
  void forgive(const std::string& address, const std::string& user) {
    addresses_.erase(address);
    users_.erase(user);
  }
  static constexpr std::chrono::seconds pause{30};  ///< after which one more try is allowed

 private:
  static constexpr std::size_t most = 4096;
  using Limits = std::map<std::string, RateLimit>;

  static bool take(Limits& limits, const std::string& key, SteadyTime now) {
    if (limits.size() >= most && !limits.contains(key)) limits.clear();
    return limits.try_emplace(key, burst, per_second).first->second.try_take(now);
  }

  static constexpr double burst = 6, per_second = 1.0 / 30;
  Limits addresses_, users_;
  RateLimit all_{60, 1};
};

}  // namespace bootferry::people
