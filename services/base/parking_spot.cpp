// SPDX-License-Identifier: Apache-2.0
#include "base/parking_spot.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace bootferry {

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));

void ParkingSpot::wait() {
  while (woken_.exchange(0, std::memory_order_acquire) == 0)
    ::syscall(SYS_futex, &woken_, FUTEX_WAIT_PRIVATE, 0, nullptr, nullptr, 0);
}

void ParkingSpot::wake() {
  if (woken_.exchange(1, std::memory_order_release) == 0)
    ::syscall(SYS_futex, &woken_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

}  // namespace bootferry
