// SPDX-License-Identifier: Apache-2.0
// Waits for a job of the server's, with its progress on the screen. Called by the commands on the main thread.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/api_client.hpp"
#include "app/progress_line.hpp"

namespace bootferry::app {

/// Draws how far the job is. Its "source" when it is done (null of one that adds no image), none while it goes on, or
/// why it made nothing.
[[nodiscard]] Result<std::optional<nlohmann::json>> look_at_job(const nlohmann::json& job, ProgressLine& progress);

/// To the end of the job that the server has begun, as its answer tells it. ^C ends the process, not the job.
[[nodiscard]] Result<nlohmann::json> follow_job(const ApiClient& client, const nlohmann::json& begun,
                                                ProgressLine& progress);

}  // namespace bootferry::app
