// SPDX-License-Identifier: Apache-2.0
// Who may still be reading or writing a cluster that was let go: data moves outside of the device's lock, so a cluster
// may be given to others only when everybody who began before has ended. enter() under the lock, leave() anywhere,
// drain() by one flusher at a time.
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace bootferry::images::qcow2 {

class Epochs {
 public:
  [[nodiscard]] std::size_t enter() {
    std::lock_guard lock(mutex_);
    const std::size_t epoch = now_ & 1;
    ++inside_[epoch];
    return epoch;
  }
  void leave(std::size_t epoch) {
    std::lock_guard lock(mutex_);
    if (--inside_[epoch] == 0) left_.notify_all();
  }
  /// Returns when all who entered before it have left.
  void drain() {
    std::unique_lock lock(mutex_);
    const std::size_t old = now_++ & 1;
    left_.wait(lock, [&] { return inside_[old] == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable left_;
  std::uint64_t now_ = 0;
  std::array<std::uint64_t, 2> inside_{};
};

}  // namespace bootferry::images::qcow2
