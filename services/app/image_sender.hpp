// SPDX-License-Identifier: Apache-2.0
// Sends a disk image from this machine to a server far away, by the tus protocol 1.0.0 that the page uploads by. The
// server keeps what has arrived: after a lost connection, a restart or ^C the same file goes on where it was. Called by
// `image add` with --url, on the main thread; blocks to the end.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/api_client.hpp"
#include "app/progress_line.hpp"

namespace bootferry::app {

/// Puts the file into the server's library. `wanted` is the body of POST /api/v1/images without "source"; its SHA-256
/// is taken of the file before anything is sent, and compared by the server when all is there. The image's JSON, with
/// its "source" as the job told it. ^C ends the process with status 130, and tells how to go on.
[[nodiscard]] Result<nlohmann::json> send_image(const ApiClient& client, const std::filesystem::path& file,
                                                nlohmann::json wanted, ProgressLine& progress);

/// The image's JSON, with the "source" that its job told.
[[nodiscard]] Result<nlohmann::json> image_made_of(const ApiClient& client, const std::string& name,
                                                   const nlohmann::json& source);

/// The unfinished upload of the same file (name, size, SHA-256) to the same image with the same traits, of the list
/// that the server answers; null when there is none. `wanted` as above, with "file_name", "length" and "sha256".
[[nodiscard]] nlohmann::json find_unfinished(const nlohmann::json& uploads, const nlohmann::json& wanted);

}  // namespace bootferry::app
