// SPDX-License-Identifier: Apache-2.0
// Brings a disk from a server far away into a file of this machine: the mirror of image_sender. What has arrived stays
// in FILE.part, and goes on after a lost connection, a restart of the server or ^C as long as the disk there is the
// same. Called by export_command, on the main thread; blocks to the end.
#pragma once

#include <filesystem>
#include <string>

#include "app/api_client.hpp"
#include "app/progress_line.hpp"

namespace bootferry::app {

/// `address`: of the disk's content in the API. ^C ends the process with status 130, and tells how to go on.
[[nodiscard]] Result<void> receive_disk(const ApiClient& client, const std::string& address,
                                        const std::filesystem::path& file, bool as_qcow2, ProgressLine& progress);

}  // namespace bootferry::app
