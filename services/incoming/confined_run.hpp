// SPDX-License-Identifier: Apache-2.0
// Runs a program in a Confinement from its start to its end: reads what it says, kills it when its time is over or when
// somebody has enough. It dies with the thread that runs it. Blocks: importer calls it on a worker.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "incoming/confinement.hpp"

namespace bootferry::incoming {

struct ConfinedCommand {
  std::vector<std::string> argv;  ///< argv[0]: an absolute path
  int input = -1;                 ///< is descriptor 3 in the child
  int output = -1;                ///< is descriptor 4 in the child
  ConfinedLimits limits = {};
  std::chrono::milliseconds time = std::chrono::hours(24);
  std::function<void(std::string_view)> on_output = {};  ///< pieces of its standard output
  std::function<Result<void>()> go_on = {};              ///< asked several times a second; its first error ends it
};

struct ConfinedEnd {
  int status = 0;     ///< exit status; -1 when a signal ended it
  int signal = 0;     ///< that did
  std::string words;  ///< the start of what it said on its standard error
};

/// Errors: it could not be started or confined, its time was over (exhausted), or what go_on said.
[[nodiscard]] Result<ConfinedEnd> run_confined(const ConfinedCommand& command);

}  // namespace bootferry::incoming
