// SPDX-License-Identifier: Apache-2.0
// Where the one partition of a DOS disk lies and how it is formatted, so that the partition table, the boot sector and
// what a BIOS derives agree. Called by the presets; pure.
#pragma once

#include "base/result.hpp"
#include "images/check/partition_table.hpp"

namespace bootferry::images::presets {

struct DosLayout {
  check::Geometry geometry;
  check::MbrEntry entry;  ///< from the second track to the end of the last whole cylinder
  unsigned bits = 16;     ///< FAT12 below 16 MiB, FAT16 up to 2 GiB, FAT32 above
  std::uint32_t sectors_per_cluster = 4;
};

/// 2 MiB to 2 TiB.
[[nodiscard]] Result<DosLayout> lay_out_dos(ByteCount size);

}  // namespace bootferry::images::presets
