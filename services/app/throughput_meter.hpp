// SPDX-License-Identifier: Apache-2.0
// How much goes through now, of a sum that only grows: the mean of the last few seconds, the same for whoever asks and
// however often. Told the sum every `period`; used by summary under its lock. Pure.
#pragma once

#include <chrono>
#include <deque>
#include <utility>

#include "base/clock.hpp"
#include "boot/summary.hpp"

namespace bootferry::app {

class ThroughputMeter {
 public:
  static constexpr auto period = std::chrono::seconds(5);

  void on_sum(SteadyTime now, const boot::Transferred& sum) {
    samples_.push_back({now, sum});
    if (samples_.size() > 2) samples_.pop_front();
  }
  /// Since the older of the last two samples. Nothing is known in the first second.
  [[nodiscard]] boot::Transferred each_second(SteadyTime now, const boot::Transferred& sum) const {
    if (samples_.empty()) return {};
    const auto& [since, before] = samples_.front();
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now - since).count();
    if (passed < 1000) return {};
    const auto rate = [&](ByteCount then, ByteCount today) {
      return ByteCount{(today.value - then.value) * 1000 / static_cast<std::uint64_t>(passed)};
    };
    return {rate(before.read, sum.read), rate(before.written, sum.written)};
  }

 private:
  std::deque<std::pair<SteadyTime, boot::Transferred>> samples_;
};

}  // namespace bootferry::app
