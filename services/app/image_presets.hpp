// SPDX-License-Identifier: Apache-2.0
// Formats a new image as its preset says, by a tool of the system. Called by ApplianceAdministration on the db thread,
// while the image has no name yet.
#pragma once

#include <filesystem>

#include "images/presets/preset.hpp"

namespace bootferry::app {

/// unavailable when the tool is missing or takes too long, io when it fails.
[[nodiscard]] Result<void> format_preset(const images::presets::Preset& preset, ByteCount size,
                                         const std::filesystem::path& draft);

}  // namespace bootferry::app
