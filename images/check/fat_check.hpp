// SPDX-License-Identifier: Apache-2.0
// Is a FAT volume what its partition and the disk's geometry say, and what does the DOS on it load? Called by
// check_image for each FAT partition, and for floppies.
#pragma once

#include <optional>

#include "images/check/fat.hpp"
#include "images/check/partition_table.hpp"

namespace bootferry::images::check {

struct FatPlace {
  std::string name;         ///< "Partition 1", "The floppy"
  std::uint64_t first = 0;  ///< in sectors of 512 bytes
  std::uint64_t count = 0;
  const MbrEntry* entry = nullptr;        ///< of an MBR's partition
  std::optional<Geometry> geometry = {};  ///< that DOS must find in it; none: no DOS boots from it
  std::uint8_t drive = 0x80;
};

/// Answers its boot sector when files can be read from it.
[[nodiscard]] Result<std::optional<FatBoot>> check_fat(DiskReader& reader, const FatPlace& place, Report& report);

/// The system files, and the memory managers in CONFIG.SYS, FDCONFIG.SYS and AUTOEXEC.BAT.
[[nodiscard]] Result<void> check_dos_files(DiskReader& reader, const FatPlace& place, const FatBoot& boot,
                                           Report& report);

}  // namespace bootferry::images::check
