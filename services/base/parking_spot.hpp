// SPDX-License-Identifier: Apache-2.0
// Where one thread sleeps until another lets it go on: two system calls a round at most, against four or more of a
// condition variable. Used by WorkerPool; wake() from any thread, wait() by the owner only.
#pragma once

#include <atomic>
#include <cstdint>

namespace bootferry {

class ParkingSpot {
 public:
  /// Sleeps until wake(); one that came before counts, several count as one.
  void wait();
  void wake();

 private:
  std::atomic<std::uint32_t> woken_{0};
};

}  // namespace bootferry
