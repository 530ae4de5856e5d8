// SPDX-License-Identifier: Apache-2.0
// The few instructions in the first sectors of a disk that we format: start the active partition, and say that there is
// no system yet. Ours, 16-bit, each byte explained. Used by finish_preset.
#pragma once

#include <string_view>

#include "base/bytes.hpp"

namespace bootferry::images::presets {

/// For the first sector of a disk; less than the 440 bytes that it has.
[[nodiscard]] Bytes mbr_boot_code();
/// For the boot sector of a FAT volume, behind its description.
[[nodiscard]] Bytes partition_boot_code();

}  // namespace bootferry::images::presets
