// SPDX-License-Identifier: Apache-2.0
#include "app/client_activity.hpp"

#include <gtest/gtest.h>

namespace bootferry::app {
namespace {

using boot::ClientState;
using boot::EventKind;

const MacAddress pc{{0x52, 0x54, 0, 0, 0, 1}};
const WallTime noon{std::chrono::hours(500'000)};

boot::Event event_of(EventKind kind, std::vector<std::pair<std::string, std::string>> fields) {
  boot::Event event;
  event.kind = kind;
  event.at = noon;
  event.mac = pc;
  event.fields = std::move(fields);
  return event;
}

TEST(ClientActivity, SilenceIsOff) {
  const ClientActivity activity;
  EXPECT_EQ(activity.state_of(pc, noon, noon), ClientState::off);
}

TEST(ClientActivity, NetbootTrafficIsBootingForTwoMinutes) {
  ClientActivity activity;
  activity.on_event(event_of(EventKind::dhcp_discover, {{"firmware", "BIOS PXE"}}));
  EXPECT_EQ(activity.state_of(pc, noon, noon + std::chrono::seconds(119)), ClientState::booting);
  EXPECT_EQ(activity.state_of(pc, noon, noon + std::chrono::seconds(121)), ClientState::off);
}

TEST(ClientActivity, AnOperatingSystemsDhcpIsNoBoot) {
  ClientActivity activity;
  activity.on_event(event_of(EventKind::dhcp_request, {{"xid", "0x1"}}));
  EXPECT_EQ(activity.state_of(pc, noon, noon), ClientState::off);
}

TEST(ClientActivity, AWaitingScreenStaysAsLongAsItAsks) {
  ClientActivity activity;
  activity.on_event(event_of(EventKind::script_served, {{"decision", "wait"}}));
  const WallTime later = noon + std::chrono::minutes(10);
  EXPECT_EQ(activity.state_of(pc, later, later), ClientState::waiting) << "it was heard a moment ago";
  EXPECT_EQ(activity.state_of(pc, noon, later), ClientState::off) << "it was heard ten minutes ago";
}

TEST(ClientActivity, AnAssignmentTurnsWaitingIntoBooting) {
  ClientActivity activity;
  activity.on_event(event_of(EventKind::script_served, {{"decision", "wait"}}));
  activity.on_event(event_of(EventKind::script_served, {{"decision", "san"}}));
  EXPECT_EQ(activity.state_of(pc, noon, noon), ClientState::booting);
}

}  // namespace
}  // namespace bootferry::app
