// SPDX-License-Identifier: Apache-2.0
// Carries events from the bus to a handler on the db thread, one by one, in order. The handler outlives the pump, and
// the pool is stopped before the pump goes.
#pragma once

#include <functional>
#include <memory>

#include "base/worker_pool.hpp"
#include "boot/event_bus.hpp"

namespace bootferry::app {

class EventPump {
 public:
  using Handler = std::function<void(const boot::Event&)>;

  /// `on_lost`: events were dropped, for the handler was too slow; called behind those that came after them.
  EventPump(boot::EventBus& bus, WorkerPool& pool, Handler handler, std::function<void()> on_lost)
      : handler_(std::move(handler)), on_lost_(std::move(on_lost)) {
    subscription_ = bus.subscribe([this, &pool] { pool.post([this] { drain(); }); }, queue_limit);
  }

 private:
  /// What a house that starts all at once says while the db thread is at a commit.
  static constexpr std::size_t queue_limit = 8192;

  void drain() {
    const auto batch = subscription_->take();
    for (const boot::Event& event : batch.events) handler_(event);
    if (batch.lost) on_lost_();
  }

  Handler handler_;
  std::function<void()> on_lost_;
  std::unique_ptr<boot::EventSubscription> subscription_;
};

}  // namespace bootferry::app
