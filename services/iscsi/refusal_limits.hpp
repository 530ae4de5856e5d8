// SPDX-License-Identifier: Apache-2.0
// How many refused logins of one address are told: who tries without end must not push everybody's boot out of the log.
// Counters count them all. Asked by connections on any loop, so it locks.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/rate_limit.hpp"

namespace bootferry::iscsi {

class RefusalLimits {
 public:
  /// `host`: an IPv4 or IPv6 address, without port.
  [[nodiscard]] bool try_take(const std::string& host, SteadyTime now) {
    std::string peer = network_of(host);
    std::lock_guard lock(mutex_);
    if (limits_.size() >= max_peers && !limits_.contains(peer)) limits_.clear();
    return limits_.try_emplace(std::move(peer), burst, per_second).first->second.try_take(now);
  }
  static constexpr double burst = 30, per_second = 0.2;  ///< a system that reconnects asks every few seconds, for long

 private:
  /// One machine may have as many IPv6 addresses of its network as it likes.
  static std::string network_of(const std::string& host) {
    boost::system::error_code bad;
    const auto address = boost::asio::ip::make_address_v6(host, bad);
    if (bad) return host;
    const auto bytes = address.to_bytes();
    return {bytes.begin(), bytes.begin() + 8};
  }

  static constexpr std::size_t max_peers = 4096;
  std::mutex mutex_;
  std::unordered_map<std::string, RateLimit> limits_;
};

}  // namespace bootferry::iscsi
