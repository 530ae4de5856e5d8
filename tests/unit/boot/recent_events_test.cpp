// SPDX-License-Identifier: Apache-2.0
// Events come back from their packed form as they were, and the oldest go first.
#include "boot/recent_events.hpp"

#include <gtest/gtest.h>

namespace bootferry::boot {
namespace {

Event numbered(std::uint64_t id, std::size_t text) {
  Event event;
  event.id = id;
  event.text = std::string(text, static_cast<char>('a' + id % 26));
  return event;
}

TEST(RecentEvents, ComeBackWhole) {
  RecentEvents recent(10);
  Event event;
  event.id = 7;
  event.at = WallTime{std::chrono::milliseconds(1'790'000'000'123)};
  event.kind = EventKind::session_closed;
  event.mac = MacAddress{{0x52, 0x54, 0, 0xe2, 0xe0, 1}};
  event.address = Ipv4Address{0x0a630032};
  event.text = std::string("words with \0 and \xff", 18);
  event.fields = {{"session", "1"}, {"", ""}, {"peer", "[fd00::1]:3260"}};
  recent.add(event);
  recent.add(numbered(8, 0));
  const auto back = recent.since(0);
  ASSERT_EQ(back.size(), 2u);
  EXPECT_EQ(back[0].id, 7u);
  EXPECT_EQ(back[0].at, event.at);
  EXPECT_EQ(back[0].kind, event.kind);
  EXPECT_EQ(back[0].mac, event.mac);
  EXPECT_EQ(back[0].address, event.address);
  EXPECT_EQ(back[0].text, event.text);
  EXPECT_EQ(back[0].fields, event.fields);
  EXPECT_FALSE(back[1].mac || back[1].address);
}

TEST(RecentEvents, TheOldestGoFirstWhateverTheirSize) {
  RecentEvents recent(100);
  EXPECT_TRUE(recent.empty());
  for (std::uint64_t id = 1; id <= 1000; ++id) {
    recent.add(numbered(id, id % 37 == 0 ? 400'000 : id * 31 % 9000));  // some fill a block of their own
    const std::uint64_t oldest = id > 100 ? id - 99 : 1;
    ASSERT_EQ(recent.oldest(), oldest);
    if (id % 50 != 0) continue;
    const auto all = recent.since(0);
    ASSERT_EQ(all.size(), id - oldest + 1);
    EXPECT_EQ(all.front().id, oldest);
    EXPECT_EQ(all.back().text.size(), numbered(id, id % 37 == 0 ? 400'000 : id * 31 % 9000).text.size());
    EXPECT_EQ(recent.since(id - 10).size(), 10u);
    EXPECT_TRUE(recent.since(id).empty());
  }
}

}  // namespace
}  // namespace bootferry::boot
