// SPDX-License-Identifier: Apache-2.0
// The small files that a backup takes along: the settings, the user's boot scripts, the server's key. Blocks.
#pragma once

#include <filesystem>
#include <vector>

#include "db/backup.hpp"

namespace bootferry::app {

[[nodiscard]] std::vector<db::KeptFile> read_kept_files(const std::filesystem::path& state_dir,
                                                        const std::filesystem::path& settings_file);
/// Only names that read_kept_files gives are written, so that a made-up backup reaches nothing else; the rest is an
/// error.
[[nodiscard]] Result<void> write_kept_files(const std::vector<db::KeptFile>& files,
                                            const std::filesystem::path& state_dir,
                                            const std::filesystem::path& settings_file);

}  // namespace bootferry::app
