// SPDX-License-Identifier: Apache-2.0
#include "app/throughput_meter.hpp"

#include <gtest/gtest.h>

namespace bootferry::app {
namespace {

using namespace std::chrono_literals;
constexpr SteadyTime start{1h};

TEST(ThroughputMeter, TellsTheMeanOfTheLastSeconds) {
  ThroughputMeter meter;
  meter.on_sum(start, {{0}, {0}});
  meter.on_sum(start + 5s, {{5000}, {0}});
  EXPECT_EQ(meter.each_second(start + 5s, {{5000}, {0}}).read.value, 1000u);
  EXPECT_EQ(meter.each_second(start + 10s, {{10000}, {500}}).written.value, 50u);
}

TEST(ThroughputMeter, ForgetsWhatWasBefore) {
  ThroughputMeter meter;
  for (int i = 0; i < 4; ++i) meter.on_sum(start + i * 5s, {{1 << 30}, {0}});
  EXPECT_EQ(meter.each_second(start + 20s, {{(1 << 30) + 20}, {0}}).read.value, 2u) << "since the sample at 10 s";
}

TEST(ThroughputMeter, KnowsNothingInTheFirstSecond) {
  ThroughputMeter meter;
  EXPECT_EQ(meter.each_second(start, {{9000}, {0}}).read.value, 0u);
  meter.on_sum(start, {{0}, {0}});
  EXPECT_EQ(meter.each_second(start + 10ms, {{9000}, {0}}).read.value, 0u);
}

}  // namespace
}  // namespace bootferry::app
