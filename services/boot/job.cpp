// SPDX-License-Identifier: Apache-2.0
#include "boot/job.hpp"

#include <array>

namespace bootferry::boot {

std::string_view name_of(JobState state) {
  constexpr std::array<std::string_view, 5> names{"waiting", "running", "done", "failed", "cancelled"};
  return names[static_cast<std::size_t>(state)];
}

}  // namespace bootferry::boot
