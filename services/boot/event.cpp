// SPDX-License-Identifier: Apache-2.0
#include "boot/event.hpp"

#include <array>

#include "boot/administration.hpp"
#include "boot/lease_store.hpp"

namespace bootferry::boot {
namespace {

/// In the order of EventKind.
constexpr std::array<std::string_view, 46> names{
    "client-seen",       "client-changed", "client-removed", "assignment-changed", "image-added",
    "image-changed",     "image-removed",  "overlay-made",   "overlay-changed",    "space-low",
    "dhcp-discover",     "dhcp-offer",     "dhcp-request",   "dhcp-ack",           "dhcp-nak",
    "dhcp-decline",      "dhcp-release",   "dhcp-ignored",   "dhcp-other-server",  "dhcp-other-offer",
    "dhcp-other-chosen", "quirk-learned",  "pxe-request",    "tftp-start",         "tftp-progress",
    "tftp-done",         "tftp-failed",    "file-progress",  "file-served",        "script-served",
    "session-opened",    "session-closed", "login-refused",  "boot-started",       "boot-step",
    "boot-stalled",      "boot-ended",     "wake-sent",      "floppy-changed",     "job-started",
    "job-progress",      "job-ended",      "webhook-failed", "webhook-recovered",  "server-started",
    "server-stopping"};
static_assert(names.size() == static_cast<std::size_t>(EventKind::server_stopping) + 1);

}  // namespace

std::string_view name_of(EventKind kind) { return names[static_cast<std::size_t>(kind)]; }

std::optional<EventKind> parse_event_kind(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<EventKind>(i);
  }
  return std::nullopt;
}

std::string_view name_of(LeaseState state) {
  switch (state) {
    case LeaseState::bound:
      return "bound";
    case LeaseState::released:
      return "released";
    case LeaseState::declined:
      return "declined";
  }
  return "bound";
}

std::string_view name_of(ClientState state) {
  switch (state) {
    case ClientState::off:
      return "off";
    case ClientState::waiting:
      return "waiting";
    case ClientState::booting:
      return "booting";
    case ClientState::on:
      return "on";
  }
  return "off";
}

}  // namespace bootferry::boot
