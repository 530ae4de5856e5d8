// SPDX-License-Identifier: Apache-2.0
// A program of the system that does a piece of work for us, to its end: formats a disk, makes a CD. Blocks; called on
// workers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace bootferry::app {

/// unavailable when the program is missing (`package` has it) or takes too long, io with its own words when it fails.
[[nodiscard]] Result<void> run_tool(std::vector<std::string> command, std::string_view package);
/// The same; what it printed.
[[nodiscard]] Result<std::string> read_tool(std::vector<std::string> command, std::string_view package);

}  // namespace bootferry::app
