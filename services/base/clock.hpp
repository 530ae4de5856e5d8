// SPDX-License-Identifier: Apache-2.0
// Time as an argument: machines are told `now`, shells ask a Clock. SystemClock is the real one, ManualClock a test's.
#pragma once

#include <chrono>
#include <string>

namespace bootferry {

using Duration = std::chrono::steady_clock::duration;
using SteadyTime = std::chrono::steady_clock::time_point;           ///< for timers and timeouts
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;  ///< what is stored and shown

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual SteadyTime now() const = 0;
  [[nodiscard]] virtual WallTime wall_now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime now() const override { return std::chrono::steady_clock::now(); }
  [[nodiscard]] WallTime wall_now() const override {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
};

/// Moves only when told to.
class ManualClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime now() const override { return SteadyTime{elapsed_}; }
  [[nodiscard]] WallTime wall_now() const override {
    return WallTime{std::chrono::seconds{1'790'000'000}} +
           std::chrono::duration_cast<std::chrono::milliseconds>(elapsed_);
  }
  void advance(Duration step) { elapsed_ += step; }

 private:
  Duration elapsed_ = std::chrono::hours{1};
};

/// RFC 3339 in UTC with milliseconds: "2026-03-01T09:30:00.123Z".
[[nodiscard]] std::string render_time(WallTime time);

}  // namespace bootferry
