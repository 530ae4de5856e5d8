// SPDX-License-Identifier: Apache-2.0
// Which server the commands ask, from the command line's options and the environment. Called by command_line before a
// command runs.
#pragma once

#include <CLI/App.hpp>
#include <string>

#include "app/server_address.hpp"

namespace bootferry::app {

/// As they were typed.
struct ServerWords {
  std::string url, token_file, ca_file, fingerprint;

  void add_to(CLI::App& app);
};

/// Options count more than BOOTFERRY_URL and BOOTFERRY_TOKEN, and a --state-dir that was given means this machine's
/// server. Refuses what contradicts itself, and --url for a command that works on this machine's own files.
[[nodiscard]] Result<ServerAddress> choose_server(const CLI::App& app, const ServerWords& words,
                                                  const std::filesystem::path& state_dir);

}  // namespace bootferry::app
