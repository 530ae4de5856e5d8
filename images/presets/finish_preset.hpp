// SPDX-License-Identifier: Apache-2.0
// What the formatting tool leaves to us: the partition table, our boot code, the drive number; then the check whether
// all of it agrees. Called by app on the draft of a new image.
#pragma once

#include "images/block_device.hpp"
#include "images/presets/preset.hpp"

namespace bootferry::images::presets {

/// io, with what the check found, when the tool made something else than it was asked for.
[[nodiscard]] Result<void> finish_preset(const Preset& preset, BlockDevice& device);

}  // namespace bootferry::images::presets
