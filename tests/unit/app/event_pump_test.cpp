// SPDX-License-Identifier: Apache-2.0
// Events reach their handler in order, and it learns when some did not.
#include "app/event_pump.hpp"

#include <gtest/gtest.h>

#include <future>

namespace bootferry::app {
namespace {

struct EventPumpTest : testing::Test {
  SystemClock clock;
  boot::EventBus bus{clock};
  WorkerPool pool{"db", 1};
  std::vector<std::string> told;
  EventPump pump{bus, pool, [this](const boot::Event& event) { told.push_back(event.text); },
                 [this] { told.emplace_back("lost"); }};

  /// While the handler's thread has something else to do.
  void publish(int events) {
    std::promise<void> go;
    pool.post([&] { go.get_future().wait(); });
    for (int i = 0; i < events; ++i) {
      boot::Event event;
      event.text = std::to_string(i);
      bus.publish(std::move(event));
    }
    go.set_value();
    pool.stop();
  }
};

TEST_F(EventPumpTest, CarriesEventsInOrder) {
  publish(3);
  EXPECT_EQ(told, (std::vector<std::string>{"0", "1", "2"}));
}

TEST_F(EventPumpTest, TellsThatSomeWereLost) {
  publish(10'000);  // more than its queue holds
  ASSERT_FALSE(told.empty());
  EXPECT_EQ(told.back(), "lost");
  EXPECT_EQ(std::count(told.begin(), told.end(), "lost"), 1);
}

}  // namespace
}  // namespace bootferry::app
