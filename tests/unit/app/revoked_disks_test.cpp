// SPDX-License-Identifier: Apache-2.0
// Who comes back by himself does not get another disk under the name of the old one.
#include "app/revoked_disks.hpp"

#include <gtest/gtest.h>

#include "boot/target_name.hpp"

namespace bootferry::app {
namespace {

using std::chrono::seconds;

const MacAddress pc{{0x52, 0x54, 0, 0, 0, 1}};
const std::string target = boot::target_name({pc, 0x80});
const std::string by_hand = "iqn.1993-08.org.debian:by-hand";
SteadyTime at(long second) { return SteadyTime{seconds(second)}; }

TEST(RevokedDisks, OneThatBootsFromUsWaitsForItsBoot) {
  RevokedDisks disks;
  const std::string name = boot::initiator_name(pc);
  disks.add(target, name, "old", at(0));
  EXPECT_TRUE(disks.bars(target, name, "new", at(1)));
  EXPECT_TRUE(disks.bars(target, name, "new", at(100'000)));
  EXPECT_FALSE(disks.bars(target, by_hand, "new", at(1)));
  EXPECT_FALSE(disks.bars(boot::target_name({pc, 0x81}), name, "new", at(1)));
  disks.on_boot(pc);
  EXPECT_FALSE(disks.bars(target, name, "new", at(100'001)));
}

TEST(RevokedDisks, OneSetUpByHandStaysAwayAWhile) {
  RevokedDisks disks;
  disks.add(target, by_hand, "old", at(0));
  disks.on_boot(pc);  // not of this one
  for (long second = 5; second < 300; second += 5) EXPECT_TRUE(disks.bars(target, by_hand, "new", at(second)));
  EXPECT_FALSE(disks.bars(target, by_hand, "new", at(360)));
  EXPECT_FALSE(disks.bars(target, by_hand, "new", at(361)));
}

TEST(RevokedDisks, TheOldImageMayBeGivenBack) {
  RevokedDisks disks;
  disks.add(target, by_hand, "old", at(0));
  disks.add(target, by_hand, "new", at(1));  // it never came to run on that one
  EXPECT_TRUE(disks.bars(target, by_hand, "new", at(2)));
  EXPECT_FALSE(disks.bars(target, by_hand, "old", at(3)));
}

}  // namespace
}  // namespace bootferry::app
