// SPDX-License-Identifier: Apache-2.0
// Who is refused without end is told of for a while.
#include "iscsi/refusal_limits.hpp"

#include <gtest/gtest.h>

namespace bootferry::iscsi {
namespace {

int taken(RefusalLimits& limits, const std::string& host, SteadyTime now) {
  int times = 0;
  while (times < 1000 && limits.try_take(host, now)) ++times;
  return times;
}

TEST(RefusalLimits, AreOfEachPeerAndComeBackWithTime) {
  RefusalLimits limits;
  const SteadyTime start{std::chrono::hours(1)};
  constexpr int burst = static_cast<int>(RefusalLimits::burst);
  EXPECT_EQ(taken(limits, "10.99.0.50", start), burst);
  EXPECT_EQ(taken(limits, "10.99.0.51", start), burst);
  EXPECT_EQ(taken(limits, "10.99.0.50", start + std::chrono::seconds(51)), 10);
  EXPECT_EQ(taken(limits, "2001:db8::1", start), burst);
  EXPECT_EQ(taken(limits, "2001:db8::ffff:2", start), 0) << "the same machine may have both";
  EXPECT_EQ(taken(limits, "2001:db8:0:1::1", start), burst);
}

}  // namespace
}  // namespace bootferry::iscsi
