// SPDX-License-Identifier: Apache-2.0
// How much an iSCSI session has moved so far: what BootTimeline is told of it, cheap enough to be asked each second.
// Plain value, made by iscsi.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "base/units.hpp"

namespace bootferry::boot {

struct SessionSample {
  std::uint64_t id = 0;
  ByteCount bytes_read, bytes_written;
  std::optional<WallTime> last_command;  ///< none: there was none yet
};

}  // namespace bootferry::boot
