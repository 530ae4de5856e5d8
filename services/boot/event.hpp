// SPDX-License-Identifier: Apache-2.0
// Something that happened and that a person may want to know: one line of the log, of a client's boot and of the live
// page. Kinds and their names are listed in docs/api.md. Plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"

namespace bootferry::boot {

enum class EventKind {
  client_seen,
  client_changed,
  client_removed,
  assignment_changed,
  image_added,
  image_changed,
  image_removed,
  overlay_made,
  overlay_changed,
  space_low,
  dhcp_discover,
  dhcp_offer,
  dhcp_request,
  dhcp_ack,
  dhcp_nak,
  dhcp_decline,
  dhcp_release,
  dhcp_ignored,
  dhcp_other_server,
  dhcp_other_offer,
  dhcp_other_chosen,
  quirk_learned,
  pxe_request,
  tftp_start,
  tftp_progress,
  tftp_done,
  tftp_failed,
  file_progress,
  file_served,
  script_served,
  session_opened,
  session_closed,
  login_refused,
  boot_started,  ///< of a BootRecord, as are the next three
  boot_step,
  boot_stalled,
  boot_ended,
  wake_sent,
  floppy_changed,
  job_started,
  job_progress,
  job_ended,
  webhook_failed,
  webhook_recovered,
  server_started,
  server_stopping,
};
[[nodiscard]] std::string_view name_of(EventKind kind);  ///< "dhcp-discover"
[[nodiscard]] std::optional<EventKind> parse_event_kind(std::string_view name);

struct Event {
  std::uint64_t id = 0;  ///< given by the EventBus, rising over restarts
  WallTime at{};         ///< given by the EventBus when left at zero
  EventKind kind = EventKind::client_seen;
  std::optional<MacAddress> mac;
  std::optional<IpAddress> address;
  std::string text;                                         ///< one sentence for a person
  std::vector<std::pair<std::string, std::string>> fields;  ///< for machines
};

}  // namespace bootferry::boot
