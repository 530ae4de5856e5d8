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

  EventPump(boot::EventBus& bus, WorkerPool& pool, Handler handler) : handler_(std::move(handler)) {
    subscription_ = bus.subscribe([this, &pool] { pool.post([this] { drain(); }); });
  }

 private:
  void drain() {
    for (const boot::Event& event : subscription_->take().events) handler_(event);
  }

  Handler handler_;
  std::unique_ptr<boot::EventSubscription> subscription_;
};

}  // namespace bootferry::app
