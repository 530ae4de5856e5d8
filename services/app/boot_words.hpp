// SPDX-License-Identifier: Apache-2.0
// What a machine boots, as the command line says it: the options of each kind of boot, shared by clients, groups, rules
// and the default; and a boot in a few words. Called by the client and group commands.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace CLI {
class App;
}

namespace bootferry::app {

struct BootOptions {
  std::vector<std::string> drives, initrds, boot_files;
  std::string kernel, command_line, floppy, cd, iso, efi, arguments, ipxe, wimboot;
  bool local = false, wait = false, shell = false, poweroff = false;
  bool memdisk = false, keep_san = false, windows = false;
};

void add_boot_options(CLI::App& command, BootOptions& options);
/// The API's Boot; null when no option was given. Which kind is meant, its options say: --drive with --kernel is an
/// installer.
[[nodiscard]] Result<nlohmann::json> boot_of(const BootOptions& options);
/// The same, where one must be given.
[[nodiscard]] Result<nlohmann::json> require_boot(const BootOptions& options);

[[nodiscard]] std::string describe_boot(const nlohmann::json& boot);  ///< "win:private", "kernel vmlinuz"
/// "NAME=VALUE" of each, as an object.
[[nodiscard]] Result<nlohmann::json> variables_of(const std::vector<std::string>& texts);
/// Prints entries, default, timeout and variables of a client or group, each on a line of its own.
void print_menu(const nlohmann::json& owner);

}  // namespace bootferry::app
