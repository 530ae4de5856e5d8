// SPDX-License-Identifier: Apache-2.0
#include "boot/event_bus.hpp"

namespace bootferry::boot {

void EventBus::publish(Event event) {
  // Wakes are called under the lock: a subscription that is being destroyed then cannot be woken. They only post.
  std::lock_guard lock(mutex_);
  event.id = next_id_++;
  if (event.at == WallTime{}) event.at = clock_.wall_now();
  for (EventSubscription* subscriber : subscribers_) {
    EventSubscription::Batch& pending = subscriber->pending_;
    const bool was_empty = pending.events.empty();
    if (pending.events.size() >= subscriber->limit_) {
      pending.events.erase(pending.events.begin(),
                           pending.events.begin() + static_cast<std::ptrdiff_t>(subscriber->limit_ / 2 + 1));
      pending.lost = true;
    }
    pending.events.push_back(event);
    if (was_empty) subscriber->wake_();
  }
  recent_.add(event);
}

std::unique_ptr<EventSubscription> EventBus::subscribe(std::function<void()> wake, std::size_t limit) {
  auto subscription = std::unique_ptr<EventSubscription>(new EventSubscription(*this, limit, std::move(wake)));
  std::lock_guard lock(mutex_);
  subscribers_.push_back(subscription.get());
  return subscription;
}

std::pair<std::vector<Event>, bool> EventBus::since(std::uint64_t id) const {
  std::lock_guard lock(mutex_);
  const std::uint64_t oldest_known = recent_.empty() ? next_id_ : recent_.oldest();
  return {recent_.since(id), id + 1 >= oldest_known};
}

std::uint64_t EventBus::last_id() const {
  std::lock_guard lock(mutex_);
  return next_id_ - 1;
}

EventSubscription::~EventSubscription() {
  std::lock_guard lock(bus_.mutex_);
  std::erase(bus_.subscribers_, this);
}

EventSubscription::Batch EventSubscription::take() {
  std::lock_guard lock(bus_.mutex_);
  return std::exchange(pending_, {});
}

}  // namespace bootferry::boot
