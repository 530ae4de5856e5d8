// SPDX-License-Identifier: Apache-2.0
// The house in a few numbers, for a sensor of Home Assistant or a widget of a start page. Implemented by app, and by a
// fake in the tests of http. Asked often, so cheap; it may block: on a worker, never on a loop.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/mac_address.hpp"
#include "base/units.hpp"

namespace bootferry::boot {

struct FailedBoot {
  MacAddress mac;
  std::string client;  ///< its name, or its MAC where it has none
  WallTime started{};
  std::string reason;
};

/// Boots that began since a time; failed are those that have failed or stalled, and not gone on.
struct BootCounts {
  std::size_t all = 0, failed = 0;
};

/// Of all disks together.
struct Transferred {
  ByteCount read, written;
};

struct Summary {
  std::string version;
  WallTime started{};
  std::size_t clients = 0, clients_running = 0, clients_unknown = 0;
  std::size_t images = 0, sessions = 0, jobs_running = 0, other_dhcp_servers = 0;
  BootCounts boots;  ///< of the last 24 hours
  std::optional<FailedBoot> last_failed_boot;
  ByteCount free;           ///< where the images are
  Transferred each_second;  ///< now
};

class SummarySource {
 public:
  virtual ~SummarySource() = default;
  [[nodiscard]] virtual Summary summary() = 0;
};

}  // namespace bootferry::boot
