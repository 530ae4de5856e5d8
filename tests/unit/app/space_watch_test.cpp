// SPDX-License-Identifier: Apache-2.0
#include "app/space_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bootferry::app {
namespace {

constexpr std::uint64_t gib = 1ull << 30;

class SpaceWatchTest : public testing::Test {
 protected:
  std::size_t told() { return bus_.since(0).first.size(); }
  SystemClock clock_;
  boot::EventBus bus_{clock_};
  SpaceWatch watch_{bus_, "/"};
};

TEST_F(SpaceWatchTest, a_disk_that_fills_is_told_once_and_again_after_it_was_better) {
  watch_.judge({6 * gib, 100 * gib});
  EXPECT_EQ(told(), 0u);
  watch_.judge({4 * gib, 100 * gib});
  watch_.judge({3 * gib, 100 * gib});
  watch_.judge({5 * gib + 1, 100 * gib});
  watch_.judge({4 * gib, 100 * gib});
  EXPECT_EQ(told(), 1u) << "hardly better";
  watch_.judge({10 * gib, 100 * gib});
  watch_.judge({4 * gib, 100 * gib});
  const auto events = bus_.since(0).first;
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(name_of(events[0].kind), "space-low");
  EXPECT_THAT(events[0].text, testing::HasSubstr("4.0 GiB of 100.0 GiB"));
}

TEST_F(SpaceWatchTest, of_a_small_disk_a_gigabyte_counts_and_of_a_tiny_one_half) {
  watch_.judge({gib + 1, 10 * gib});
  EXPECT_EQ(told(), 0u);
  watch_.judge({gib - 1, 10 * gib});
  EXPECT_EQ(told(), 1u);
  SpaceWatch tiny(bus_, "/");
  tiny.judge({gib / 3, gib / 2});
  EXPECT_EQ(told(), 1u);
  tiny.judge({gib / 5, gib / 2});
  EXPECT_EQ(told(), 2u);
}

TEST_F(SpaceWatchTest, a_client_near_its_quota_is_named) {
  const MacAddress mac{{0x52, 0x54, 0, 0xe2, 0xe0, 1}};
  watch_.on_overlay_low(mac, "win", mib(90), mib(100));
  const auto events = bus_.since(0).first;
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].mac, mac);
  EXPECT_THAT(events[0].fields,
              testing::ElementsAre(testing::Pair("client", mac.to_string()), testing::Pair("image", "win"),
                                   testing::Pair("used", std::to_string(mib(90).value)),
                                   testing::Pair("limit", std::to_string(mib(100).value))));
}

}  // namespace
}  // namespace bootferry::app
