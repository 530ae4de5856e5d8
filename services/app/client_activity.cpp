// SPDX-License-Identifier: Apache-2.0
#include "app/client_activity.hpp"

namespace bootferry::app {
namespace {

using boot::EventKind;

/// How long after its last sign a machine counts as booting, or its waiting screen as alive.
constexpr auto booting_for = std::chrono::minutes(2);
constexpr auto waiting_for = std::chrono::seconds(30);

bool is_netboot(EventKind kind) {
  switch (kind) {
    case EventKind::dhcp_discover:
    case EventKind::dhcp_offer:
    case EventKind::dhcp_request:
    case EventKind::dhcp_ack:
    case EventKind::pxe_request:
    case EventKind::tftp_start:
    case EventKind::tftp_done:
    case EventKind::file_served:
    case EventKind::script_served: return true;
    default: return false;
  }
}

bool says_wait(const boot::Event& event) {
  for (const auto& [key, value] : event.fields) {
    if (key == "decision") return value == "wait";
  }
  return false;
}

}  // namespace

ClientActivity::ClientActivity(boot::EventBus& bus, WorkerPool& db_pool) {
  auto wake = [this, &db_pool] {
    db_pool.post([this] {
      for (const boot::Event& event : subscription_->take().events) on_event(event);
    });
  };
  subscription_ = bus.subscribe(wake);
}

void ClientActivity::on_event(const boot::Event& event) {
  if (!event.mac || !is_netboot(event.kind)) return;
  std::lock_guard lock(mutex_);
  if (last_.size() >= max_machines && !last_.contains(*event.mac)) last_.clear();
  last_[*event.mac] = {event.at, event.kind == EventKind::script_served && says_wait(event)};
}

boot::ClientState ClientActivity::state_of(const MacAddress& mac, WallTime now) const {
  std::lock_guard lock(mutex_);
  const auto at = last_.find(mac);
  if (at == last_.end()) return boot::ClientState::off;
  const auto silent_for = now - at->second.at;
  if (at->second.waits) return silent_for < waiting_for ? boot::ClientState::waiting : boot::ClientState::off;
  return silent_for < booting_for ? boot::ClientState::booting : boot::ClientState::off;
}

}  // namespace bootferry::app
