// SPDX-License-Identifier: Apache-2.0
// The templates of ipxe-scripts/: the built-in ones, and the user's own in STATE_DIR/ipxe-scripts, which win. Asked by
// script_renderer and by the API; reads files, so it may wait.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace bootferry::http {

inline constexpr std::size_t max_template = 64 * 1024;

/// "san", "kernel", ...: all that there are, in the order of the alphabet.
[[nodiscard]] std::vector<std::string> template_names();
[[nodiscard]] std::optional<std::string> find_own_template(std::string_view name, const std::filesystem::path& folder);
/// The user's, else the built-in one.
[[nodiscard]] std::string read_template(std::string_view name, const std::filesystem::path& folder);
/// Replaces the user's one, whole or not at all; the folder is made when it is missing.
[[nodiscard]] Result<void> write_own_template(std::string_view name, std::string_view text,
                                              const std::filesystem::path& folder);
/// not_found when there is none.
[[nodiscard]] Result<void> remove_own_template(std::string_view name, const std::filesystem::path& folder);

}  // namespace bootferry::http
