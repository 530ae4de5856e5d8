// SPDX-License-Identifier: Apache-2.0
// The small files that a backup takes along: the settings, the user's boot scripts, the server's key. Blocks.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "db/backup.hpp"

namespace bootferry::app {

inline constexpr std::string_view kept_settings_name = "bootferry.toml";

[[nodiscard]] std::vector<db::KeptFile> read_kept_files(const std::filesystem::path& state_dir,
                                                        const std::filesystem::path& settings_file);
/// Only names that read_kept_files gives may be in a backup, so that a made-up one reaches nothing else.
[[nodiscard]] Result<void> check_kept_names(const std::vector<db::KeptFile>& files);
/// Each is on the disk, as a whole, before it takes its name; names as check_kept_names wants them.
[[nodiscard]] Result<void> write_kept_files(const std::vector<db::KeptFile>& files,
                                            const std::filesystem::path& state_dir,
                                            const std::filesystem::path& settings_file);

}  // namespace bootferry::app
