// SPDX-License-Identifier: Apache-2.0
// What one event says of the boot that it belongs to: a step, circumstances, and the reason that it gives. Which boot
// that is and what follows, is BootTimeline's. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "boot/boot_record.hpp"
#include "boot/event.hpp"
#include "boot/stall_rules.hpp"

namespace bootferry::boot {

struct Hearing {
  std::optional<BootStep> step;  ///< its times are the event's
  Circumstances sets = 0, clears = 0;
  std::string why;           ///< empty: it gives no reason
  bool begins_boot = false;  ///< a firmware, or an iPXE, asks DHCP
  bool is_ipxe = false;      ///< ... and it is an iPXE that reads scripts
  bool moves = false;        ///< a download gets on, or is through
};

/// `stage` is how far the client's boot is; none: it has none that lives.
[[nodiscard]] std::optional<Hearing> hear(const Event& event, std::optional<StepKind> stage);

/// Who logs in, by his ISID (RFC 7143 11.12.5; each initiator's vendor has his own numbers): "ipxe", "linux",
/// "windows" or "other".
[[nodiscard]] std::string_view initiator_kind(std::string_view isid);

/// The field's value; empty when there is none.
[[nodiscard]] std::string_view field_of(const Event& event, std::string_view name);

}  // namespace bootferry::boot
