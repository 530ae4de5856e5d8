// SPDX-License-Identifier: Apache-2.0
#include "boot/event_bus.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace bootferry::boot {
namespace {

Event named(std::string text) {
  Event event;
  event.text = std::move(text);
  return event;
}

TEST(EventBus, NumbersAndDatesEachEvent) {
  ManualClock clock;
  EventBus bus(clock, 41);
  bus.publish(named("a"));
  bus.publish(named("b"));
  const auto [events, complete] = bus.since(40);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_TRUE(complete);
  EXPECT_EQ(events[0].id, 41u);
  EXPECT_EQ(events[1].id, 42u);
  EXPECT_EQ(events[0].at, clock.wall_now());
  EXPECT_EQ(bus.last_id(), 42u);
}

TEST(EventBus, SinceSaysWhenItHasForgotten) {
  ManualClock clock;
  EventBus bus(clock, 100);
  EXPECT_FALSE(bus.since(50).second) << "events before this start are not kept";
  EXPECT_TRUE(bus.since(99).second);
  for (int i = 0; i < 5000; ++i) bus.publish(named("x"));
  EXPECT_FALSE(bus.since(99).second);
  EXPECT_LE(bus.since(99).first.size(), 4096u);
}

TEST(EventBus, WakesOncePerBatch) {
  ManualClock clock;
  EventBus bus(clock);
  int wakes = 0;
  auto subscription = bus.subscribe([&] { ++wakes; });
  bus.publish(named("a"));
  bus.publish(named("b"));
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(subscription->take().events.size(), 2u);
  bus.publish(named("c"));
  EXPECT_EQ(wakes, 2);
}

TEST(EventBus, ASlowSubscriberLosesItsOldestAndIsTold) {
  ManualClock clock;
  EventBus bus(clock);
  auto slow = bus.subscribe([] {}, 8);
  for (int i = 0; i < 100; ++i) bus.publish(named(std::to_string(i)));
  auto batch = slow->take();
  EXPECT_TRUE(batch.lost);
  EXPECT_LE(batch.events.size(), 8u);
  EXPECT_EQ(batch.events.back().text, "99");
  EXPECT_FALSE(slow->take().lost) << "told once";
}

TEST(EventBus, PublishersAndSubscribersMayComeAndGoOnManyThreads) {
  ManualClock clock;
  EventBus bus(clock);
  std::atomic<bool> done{false};
  std::thread subscriber([&] {
    while (!done) {
      auto subscription = bus.subscribe([] {});
      (void)subscription->take();
    }
  });
  std::vector<std::thread> publishers;
  for (int t = 0; t < 3; ++t) {
    publishers.emplace_back([&] {
      for (int i = 0; i < 500; ++i) bus.publish(named("x"));
    });
  }
  for (std::thread& thread : publishers) thread.join();
  done = true;
  subscriber.join();
  EXPECT_EQ(bus.last_id(), 1500u);
}

TEST(EventKind, NamesRoundTrip) {
  for (int i = 0; i <= static_cast<int>(EventKind::server_stopping); ++i) {
    const auto kind = static_cast<EventKind>(i);
    EXPECT_EQ(parse_event_kind(name_of(kind)), kind);
  }
  EXPECT_FALSE(parse_event_kind("no-such-event"));
}

}  // namespace
}  // namespace bootferry::boot
