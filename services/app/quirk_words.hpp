// SPDX-License-Identifier: Apache-2.0
// A client's quirks at the command line: the options of `client set` and the words of `show`. Used by
// commands_clients; one thread.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace CLI {
class App;
}

namespace bootferry::app {

struct QuirkOptions {
  std::optional<std::string> proxy_form, loader, tftp_options, serial_console;
  std::optional<unsigned> tftp_block_size;
};

void add_quirk_options(CLI::App& set, QuirkOptions& options);
/// The "quirks" of the API's PUT; an empty object when no option was given.
[[nodiscard]] Result<nlohmann::json> quirks_change_of(const QuirkOptions& options);

/// "binl form (learned), loader ipxe.efi"; empty when its firmware needs nothing of its own.
[[nodiscard]] std::string describe_quirks(const nlohmann::json& quirks);

}  // namespace bootferry::app
