// SPDX-License-Identifier: Apache-2.0
// One boot of one client, from the first packet that was heard: its steps with their times, how far it got, and why no
// further. Made by BootTimeline, kept by db, shown by http and the commands. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/mac_address.hpp"
#include "base/units.hpp"

namespace bootferry::boot {

enum class BootState {
  running,
  waiting,  ///< its screen waits for an assignment
  booted,   ///< its system runs, or nothing more can be seen from here
  stalled,  ///< what should come next has not come; it may still
  failed,   ///< it will not go on without a person
  gone,     ///< it is not there any more, and nothing says that it failed
};
[[nodiscard]] std::string_view name_of(BootState state);
[[nodiscard]] std::optional<BootState> parse_boot_state(std::string_view name);

enum class StepKind {
  // Progress, in the order of a boot: the furthest one is the boot's stage.
  discover,
  offer,
  address,
  boot_server,  ///< asked on port 4011 (PXE 2.1)
  loader,       ///< its download has begun
  loaded,
  ipxe,  ///< iPXE runs, and asks DHCP itself
  script,
  file,
  login,
  read,
  reading,  ///< more than iPXE itself reads: a system's own loader runs
  system,   ///< the operating system logged in
  // What happens beside it.
  ignored,
  other_server,
  nak,
  loader_failed,
  refused,
  closed,
  restart,
  system_address,  ///< the operating system asks DHCP
};
[[nodiscard]] constexpr bool is_progress(StepKind kind) { return kind <= StepKind::system; }
[[nodiscard]] std::string_view name_of(StepKind kind);  ///< "boot-server"
[[nodiscard]] std::optional<StepKind> parse_step_kind(std::string_view name);

struct BootStep {
  StepKind kind = StepKind::discover;
  WallTime at{};
  WallTime last{};  ///< of its newest repetition
  std::uint32_t count = 1;
  std::string text;  ///< one sentence, without the machine's name
  std::vector<std::pair<std::string, std::string>> fields;
};

struct BootRecord {
  std::uint64_t id = 0;
  MacAddress mac;
  BootState state = BootState::running;
  StepKind stage = StepKind::discover;  ///< the furthest step
  std::string architecture, firmware;   ///< in the words of the DHCP events; empty: not heard
  std::string decision, image;          ///< of its script, and of the first disk that it opened
  WallTime started{}, updated{};
  std::optional<WallTime> ended;
  std::string code, reason, mend;  ///< the stall rule that spoke; empty while nothing is wrong
  ByteCount bytes_read, bytes_written;
  std::optional<WallTime> last_io;
  std::vector<BootStep> steps;  ///< at most max_steps

  static constexpr std::size_t max_steps = 48;
};

/// What a list of clients shows of the newest boot.
struct BootSummary {
  std::uint64_t id = 0;
  BootState state = BootState::running;
  StepKind stage = StepKind::discover;
  WallTime started{};
  std::string code, reason, mend;
};
[[nodiscard]] BootSummary summary_of(const BootRecord& record);

}  // namespace bootferry::boot
