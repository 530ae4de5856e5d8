// SPDX-License-Identifier: Apache-2.0
// What takes minutes, as people see it: images that are added, disks that are exported. Made by app, shown by the
// doors; plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/units.hpp"

namespace bootferry::boot {

enum class JobState { waiting, running, done, failed, cancelled };
[[nodiscard]] std::string_view name_of(JobState state);

struct JobView {
  std::uint64_t id = 0;
  std::string kind = {};    ///< "add-image", "export-image", "export-overlay"
  std::string image = {};   ///< whose name it will have, or has
  std::string client = {};  ///< the MAC of the one whose overlay it is; empty: of nobody
  JobState state = JobState::waiting;
  std::string step = {};  ///< "checking", "unpacking", "converting", "copying"
  ByteCount done = {}, total = {};
  std::string error = {};  ///< a sentence, when it failed
  WallTime started = {};
  std::optional<WallTime> ended = {};
  std::string recognised = {}, packing = {}, sha256 = {};  ///< as AddedImage says, when it is done
  std::string upload = {};                                 ///< whose bytes it takes; empty: a file of the server's
};

}  // namespace bootferry::boot
