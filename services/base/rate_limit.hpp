// SPDX-License-Identifier: Apache-2.0
// A token bucket: how many events a stranger may make us write. Used by dhcp and tftp on loop 0; pure.
#pragma once

#include <algorithm>

#include "base/clock.hpp"

namespace bootferry {

class RateLimit {
 public:
  RateLimit(double burst, double per_second) : burst_(burst), per_second_(per_second), tokens_(burst) {}

  [[nodiscard]] bool try_take(SteadyTime now) {
    if (now > last_) {
      tokens_ = std::min(burst_, tokens_ + std::chrono::duration<double>(now - last_).count() * per_second_);
      last_ = now;
    }
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

 private:
  double burst_, per_second_, tokens_;
  SteadyTime last_{};
};

}  // namespace bootferry
