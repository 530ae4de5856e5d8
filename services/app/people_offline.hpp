// SPDX-License-Identifier: Apache-2.0
// What the API does with users, while no server runs: straight in the database, under the state folder's lock, and in
// the audit log as the API's would be. Called by the command line on the main thread.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "base/result.hpp"

namespace bootferry::app {

/// A request of /api/v1/users or /api/v1/users/{name}, and what the API would answer. `body` may be null.
[[nodiscard]] Result<nlohmann::json> change_people_offline(const std::filesystem::path& state_dir,
                                                           const std::string& method, const std::string& path,
                                                           const nlohmann::json* body);

}  // namespace bootferry::app
