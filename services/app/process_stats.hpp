// SPDX-License-Identifier: Apache-2.0
// What this process takes of the machine, as /proc tells it (proc(5)). For the metrics; reads files, so not on a loop.
#pragma once

#include <cstdint>

#include "base/units.hpp"

namespace bootferry::app {

struct ProcessStats {
  double cpu_seconds = 0;    ///< user and system, all threads
  double start_seconds = 0;  ///< since 1970
  ByteCount resident, virtual_size;
  std::uint64_t threads = 0, open_descriptors = 0, max_descriptors = 0;
};

/// What cannot be read stays 0.
[[nodiscard]] ProcessStats read_process_stats();

}  // namespace bootferry::app
