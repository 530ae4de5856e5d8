// SPDX-License-Identifier: Apache-2.0
#include "app/client_activity.hpp"

#include <algorithm>
#include <string_view>

namespace bootferry::app {
namespace {

using boot::EventKind;

/// How long after its last sign a machine counts as booting, or its waiting screen as alive.
constexpr auto booting_for = std::chrono::minutes(2);
constexpr auto waiting_for = std::chrono::seconds(30);

bool has_field(const boot::Event& event, std::string_view name, std::string_view value = {}) {
  for (const auto& [key, content] : event.fields) {
    if (key == name && (value.empty() || content == value)) return true;
  }
  return false;
}

bool is_netboot(const boot::Event& event) {
  switch (event.kind) {
    // An operating system asks DHCP too; only a netbooting firmware is told apart by name.
    case EventKind::dhcp_discover:
    case EventKind::dhcp_request:
      return has_field(event, "firmware");
    case EventKind::pxe_request:
    case EventKind::tftp_start:
    case EventKind::tftp_done:
    case EventKind::file_served:
    case EventKind::script_served:
      return true;
    default:
      return false;
  }
}

}  // namespace

void ClientActivity::on_event(const boot::Event& event) {
  if (!event.mac || !is_netboot(event)) return;
  std::lock_guard lock(mutex_);
  if (last_.size() >= max_machines && !last_.contains(*event.mac)) last_.clear();
  last_[*event.mac] = {event.at, event.kind == EventKind::script_served && has_field(event, "decision", "wait")};
}

boot::ClientState ClientActivity::state_of(const MacAddress& mac, WallTime last_seen, WallTime now) const {
  std::lock_guard lock(mutex_);
  const auto at = last_.find(mac);
  if (at == last_.end()) return boot::ClientState::off;
  if (at->second.waits)
    return now - std::max(at->second.at, last_seen) < waiting_for ? boot::ClientState::waiting : boot::ClientState::off;
  return now - at->second.at < booting_for ? boot::ClientState::booting : boot::ClientState::off;
}

}  // namespace bootferry::app
