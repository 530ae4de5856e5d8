// SPDX-License-Identifier: Apache-2.0
// A client's access at the command line: the options of `client set`, the file of its secrets, and the words of `show`
// and `list`. Used by commands_clients; one thread.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace CLI {
class App;
}

namespace bootferry::app {

struct AccessOptions {
  std::optional<std::string> auth, initiator, user, from;
  std::filesystem::path secret_file;
};

void add_access_options(CLI::App& set, AccessOptions& options);
/// The "access" of the API's PUT; an empty object when no option was given. Warns of secrets that Windows refuses.
[[nodiscard]] Result<nlohmann::json> access_change_of(const AccessOptions& options);

[[nodiscard]] std::string describe_access(const nlohmann::json& access);  ///< a sentence for `show`
[[nodiscard]] std::string access_word(const nlohmann::json& access);      ///< a cell of `list`

}  // namespace bootferry::app
