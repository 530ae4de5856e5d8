// SPDX-License-Identifier: Apache-2.0
// The command line described from its own tree, so that neither shell completion nor the manual can forget a command.
// Used by `bootferry completion` and `bootferry manual`. Pure.
#pragma once

#include <CLI/App.hpp>
#include <string>

namespace bootferry::app {

enum class Shell { bash, zsh, fish };

/// A script for the shell's completion folder. `app` is the whole command line.
[[nodiscard]] std::string render_completion(const CLI::App& app, Shell shell);
/// The page bootferry(1), in man(7) macros.
[[nodiscard]] std::string render_manual(const CLI::App& app, const std::string& version);

}  // namespace bootferry::app
