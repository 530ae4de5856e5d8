// SPDX-License-Identifier: Apache-2.0
// The kinds of disks that `image create` makes. Called by app on the db thread; the values are pure.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/units.hpp"

namespace bootferry::images::presets {

enum class PresetKind { blank, dos, floppy };

struct Preset {
  std::string_view name;
  PresetKind kind = PresetKind::blank;
  std::optional<ByteCount> size = {};  ///< when none is given; the only one of a floppy
  bool removable = false;
  std::uint32_t physical_block_size = 4096;
};

/// not_found names them all.
[[nodiscard]] Result<Preset> require_preset(std::string_view name);
/// What the disk will have; `wanted` 0: the preset's own. The block size must be 512 of all that a BIOS formats.
[[nodiscard]] Result<ByteCount> size_of(const Preset& preset, ByteCount wanted, std::uint32_t block_size);
/// The program and its arguments that format a disk of that size; empty for those that stay blank.
[[nodiscard]] std::vector<std::string> format_command(const Preset& preset, ByteCount size,
                                                      const std::filesystem::path& file);

}  // namespace bootferry::images::presets
