// SPDX-License-Identifier: Apache-2.0
// `entry add|remove` below `client` and `group`: both keep a list of entries, which is read, changed and written back.
#pragma once

#include <functional>
#include <string>

#include "app/command_line.hpp"
#include "base/result.hpp"

namespace CLI {
class App;
}

namespace bootferry::app {

struct EntryOwner {
  std::string word, help;  ///< of the argument that names it
  std::function<Result<std::string>(const std::string& name)> path;
};

void add_entry_commands(CLI::App& owner_command, CommandContext& context, const EntryOwner& owner);

}  // namespace bootferry::app
