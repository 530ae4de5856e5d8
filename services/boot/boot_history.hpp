// SPDX-License-Identifier: Apache-2.0
// The boots of all clients, as a person asks for them. Implemented by app, and by a fake in the tests of http. Calls
// may block: on a worker, never on a loop.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "boot/boot_record.hpp"

namespace bootferry::boot {

struct BootQuery {
  std::optional<MacAddress> mac;
  std::size_t limit = 50;
  std::uint64_t before = std::numeric_limits<std::uint64_t>::max();  ///< older than the boot with this id
};

class BootHistory {
 public:
  virtual ~BootHistory() = default;
  /// Newest first, without their steps.
  [[nodiscard]] virtual std::vector<BootRecord> boots(const BootQuery& query) = 0;
  [[nodiscard]] virtual std::optional<BootRecord> find_boot(std::uint64_t id) = 0;
  /// The packets of the client's last boot as a pcap file; empty when none were seen.
  [[nodiscard]] virtual std::string packets_of(const MacAddress& mac) = 0;
};

}  // namespace bootferry::boot
