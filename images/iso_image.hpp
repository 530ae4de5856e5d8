// SPDX-License-Identifier: Apache-2.0
// Tells a CD image by its ISO 9660 volume descriptor (ECMA-119 8.1.3). Called by app when an image is added; blocks.
#pragma once

#include <filesystem>

#include "base/result.hpp"

namespace bootferry::images {

inline constexpr std::uint32_t cd_block_size = 2048;

/// Errors: what opening and reading may say. A file too short for a descriptor is none.
[[nodiscard]] Result<bool> is_iso_image(const std::filesystem::path& path);

}  // namespace bootferry::images
