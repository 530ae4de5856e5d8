// SPDX-License-Identifier: Apache-2.0
// Who replaces whom: a session may begin only when every earlier one of its key has let go of the disk.
#include "iscsi/session_table.hpp"

#include <gtest/gtest.h>

namespace bootferry::iscsi::testing {
namespace {

class SessionTableTest : public ::testing::Test {
 protected:
  std::uint64_t add() { return table.add({}, std::make_shared<SessionMeter>(), "10.0.0.5:1000"); }
  std::function<void()> count_into(int& count) {
    return [&count] { ++count; };
  }

  SessionTable table;
  const SessionKey key{"iqn.pc", "800000000001", "iqn.disk"};
};

TEST_F(SessionTableTest, ANewcomerWaitsForItsPredecessor) {
  const auto first = add(), second = add();
  EXPECT_FALSE(table.claim(first, key));
  ASSERT_EQ(table.claim(second, key), first);
  int told = 0;
  table.when_predecessors_gone(second, count_into(told));
  EXPECT_EQ(told, 0);
  table.remove(first);
  EXPECT_EQ(told, 1);
}

// The first one's disk is slow; its initiator gives up on the second login and tries a third time.
TEST_F(SessionTableTest, ANewcomerThatGivesUpLeavesItsPredecessorToTheNext) {
  const auto first = add(), second = add(), third = add();
  EXPECT_FALSE(table.claim(first, key));
  EXPECT_EQ(table.claim(second, key), first);
  table.remove(second);
  EXPECT_EQ(table.claim(third, key), first);
}

TEST_F(SessionTableTest, WhoWaitsForOneThatWaitsWaitsForBoth) {
  const auto first = add(), second = add(), third = add(), fourth = add();
  EXPECT_FALSE(table.claim(first, key));
  EXPECT_EQ(table.claim(second, key), first);
  ASSERT_EQ(table.claim(third, key), second);
  int told = 0;
  table.when_predecessors_gone(third, count_into(told));
  table.remove(second);
  EXPECT_EQ(told, 0);  // the first one is still on the disk
  table.when_predecessors_gone(third, count_into(told));
  EXPECT_EQ(told, 0);
  table.remove(third);
  EXPECT_EQ(table.claim(fourth, key), first);
  table.remove(first);
  EXPECT_EQ(told, 2);
  table.remove(fourth);
  EXPECT_EQ(table.size(), 0u);
  EXPECT_FALSE(table.claim(add(), key));
}

TEST_F(SessionTableTest, BytesAreThoseOfAllSessionsAlsoOfEndedOnes) {
  const auto meter = std::make_shared<SessionMeter>(), other = std::make_shared<SessionMeter>();
  const auto first = table.add({}, meter, "10.0.0.5:1000");
  const auto second = table.add({}, other, "10.0.0.5:1001");
  boot::SessionView view;
  view.target = "iqn.disk";
  table.set_view(first, view);
  table.set_view(second, view);
  meter->on_answer(CommandClass::read, 4096, false);
  other->on_answer(CommandClass::write, 512, false);
  EXPECT_EQ(table.transferred().read.value, 4096u);
  EXPECT_EQ(table.transferred().written.value, 512u);
  table.remove(first);
  EXPECT_EQ(table.transferred().read.value, 4096u);
}

}  // namespace
}  // namespace bootferry::iscsi::testing
