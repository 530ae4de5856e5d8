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

using boot::AuthKind;

iscsi::Visitor visitor(const std::string& initiator, std::string user = "") {
  return {initiator, "10.99.0.50", std::move(user)};
}

TEST(RevokedDisks, OneThatBootsFromUsWaitsForItsBoot) {
  RevokedDisks disks;
  const auto own = visitor(boot::initiator_name(pc));
  disks.add(target, own, "old", at(0));
  EXPECT_TRUE(disks.bars(target, own, AuthKind::none, "new", at(1)));
  EXPECT_TRUE(disks.bars(target, own, AuthKind::none, "new", at(100'000)));
  EXPECT_FALSE(disks.bars(target, visitor(by_hand), AuthKind::none, "new", at(1)));
  EXPECT_FALSE(disks.bars(boot::target_name({pc, 0x81}), own, AuthKind::none, "new", at(1)));
  disks.on_boot(pc);
  EXPECT_FALSE(disks.bars(target, own, AuthKind::none, "new", at(100'001)));
}

TEST(RevokedDisks, OneThatProvesItsBootWaitsForTheSecretOfANewerOne) {
  RevokedDisks disks;
  for (const std::string& name : {boot::initiator_name(pc), by_hand}) {
    disks.add(target, visitor(name, "boot.1"), "old", at(0));
    EXPECT_TRUE(disks.bars(target, visitor(name, "boot.1"), AuthKind::boot, "new", at(1)));
    EXPECT_TRUE(disks.bars(target, visitor(name, "boot.1"), AuthKind::boot, "new", at(100'000))) << "whatever the time";
    EXPECT_TRUE(disks.bars(target, visitor(name), AuthKind::boot, "new", at(200'000)));
    EXPECT_FALSE(disks.bars(target, visitor(name, "boot.2"), AuthKind::boot, "new", at(200'001)));
  }
}

TEST(RevokedDisks, AMachineThatBootsUnderAnotherNameBeginsAnewToo) {
  RevokedDisks disks;
  disks.add(target, visitor("iqn.2001-04.com.example:pc"), "old", at(0));
  EXPECT_TRUE(disks.bars(target, visitor("iqn.2001-04.com.example:pc"), AuthKind::none, "new", at(1)));
  disks.on_boot(pc);
  EXPECT_FALSE(disks.bars(target, visitor("iqn.2001-04.com.example:pc"), AuthKind::none, "new", at(2)));
}

TEST(RevokedDisks, OneSetUpByHandStaysAwayAWhile) {
  for (const AuthKind auth : {AuthKind::none, AuthKind::chap, AuthKind::mutual}) {
    RevokedDisks disks;
    const auto user = visitor(by_hand, auth == AuthKind::none ? "" : "user");
    disks.add(target, user, "old", at(0));
    for (long second = 5; second < 300; second += 5) EXPECT_TRUE(disks.bars(target, user, auth, "new", at(second)));
    EXPECT_FALSE(disks.bars(target, user, auth, "new", at(360)));
    EXPECT_FALSE(disks.bars(target, user, auth, "new", at(361)));
  }
}

TEST(RevokedDisks, TheOldImageMayBeGivenBack) {
  RevokedDisks disks;
  disks.add(target, visitor(by_hand), "old", at(0));
  disks.add(target, visitor(by_hand), "new", at(1));  // it never came to run on that one
  EXPECT_TRUE(disks.bars(target, visitor(by_hand), AuthKind::none, "new", at(2)));
  EXPECT_FALSE(disks.bars(target, visitor(by_hand), AuthKind::none, "old", at(3)));
}

}  // namespace
}  // namespace bootferry::app
