// SPDX-License-Identifier: Apache-2.0
// Carries events from every room to the log, the boot log in db and the live page. Publishing never fails and never
// waits for a subscriber: a slow one loses its oldest events and is told so. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/clock.hpp"
#include "boot/event.hpp"
#include "boot/recent_events.hpp"

namespace bootferry::boot {

class EventBus;

/// A subscriber's own queue. Destroying it ends the subscription.
class EventSubscription {
 public:
  struct Batch {
    std::vector<Event> events;  ///< oldest first
    bool lost = false;          ///< older events were dropped since the last take()
  };

  ~EventSubscription();
  [[nodiscard]] Batch take();

 private:
  friend class EventBus;
  EventSubscription(EventBus& bus, std::size_t limit, std::function<void()> wake)
      : bus_(bus), limit_(limit), wake_(std::move(wake)) {}

  EventBus& bus_;
  const std::size_t limit_;
  const std::function<void()> wake_;
  Batch pending_;  ///< guarded by the bus's mutex
};

class EventBus {
 public:
  /// `next_id`: one more than the last id that was stored. `clock` outlives the bus.
  explicit EventBus(const Clock& clock, std::uint64_t next_id = 1) : clock_(clock), next_id_(next_id) {}

  void publish(Event event);
  /// `wake` is called, on the publisher's thread, when the queue turns from empty to not empty: it should post a take()
  /// to the subscriber's own thread and do nothing else.
  [[nodiscard]] std::unique_ptr<EventSubscription> subscribe(std::function<void()> wake, std::size_t limit = 1024);
  /// The kept events behind `id`, oldest first; false when some of them are no longer kept.
  [[nodiscard]] std::pair<std::vector<Event>, bool> since(std::uint64_t id) const;
  [[nodiscard]] std::uint64_t last_id() const;

 private:
  friend class EventSubscription;
  static constexpr std::size_t kept_events = 4096;

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::uint64_t next_id_;
  RecentEvents recent_{kept_events};
  std::vector<EventSubscription*> subscribers_;
};

}  // namespace bootferry::boot
