// SPDX-License-Identifier: Apache-2.0
// What a process has cost so far, as /proc tells it.
#pragma once

#include <cstdint>
#include <string>

namespace bootferry::bench {

/// CPU seconds of all its threads, to the nanosecond where the kernel counts so; 0 when `pid` is 0.
[[nodiscard]] double cpu_seconds(std::uint64_t pid);
/// Memory that it owns (RssAnon), in bytes.
[[nodiscard]] std::uint64_t own_memory(std::uint64_t pid);
/// CPU seconds of everything on the machine.
[[nodiscard]] double machine_cpu_seconds();

}  // namespace bootferry::bench
