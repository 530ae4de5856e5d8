// SPDX-License-Identifier: Apache-2.0
// Background jobs run beside each other, are told to stop, and are gone when their owner is.
#include "base/background_threads.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

namespace bootferry {
namespace {

TEST(BackgroundThreads, JobsRunAtTheSameTimeUntilTheyAreToldToStop) {
  std::atomic<int> ended{0};
  {
    std::latch both(2);
    BackgroundThreads threads;
    for (int i = 0; i < 2; ++i) {
      threads.start([&](std::stop_token stop) {
        both.arrive_and_wait();  // neither would pass if one waited for the other
        std::atomic<bool> told{false};
        const std::stop_callback on_stop(stop, [&] {
          told = true;
          told.notify_all();
        });
        told.wait(false);
        ++ended;
      });
    }
  }
  EXPECT_EQ(ended, 2);
}

TEST(BackgroundThreads, AJobThatIsStartedTooLateIsToldToStopAtOnce) {
  bool told = false;
  BackgroundThreads threads;
  threads.stop();
  threads.start([&](std::stop_token stop) { told = stop.stop_requested(); });
  threads.stop();
  EXPECT_TRUE(told);
}

TEST(BackgroundThreads, AJobThatThrowsEndsAlone) {
  BackgroundThreads threads;
  std::latch done(1);
  threads.start([](std::stop_token) { throw std::runtime_error("no"); });
  threads.start([&](std::stop_token) { done.count_down(); });
  done.wait();
}

}  // namespace
}  // namespace bootferry
