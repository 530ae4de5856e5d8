// SPDX-License-Identifier: Apache-2.0
// The entries of a FAT folder, with their long names (Microsoft's FAT specification 1.03, "FAT Directory Structure" and
// "Long Directory Entries"). Hostile bytes: a long name that does not fit its entry is left out. Called by FatVolume;
// pure.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace bootferry::images::check {

struct FatFile {
  std::string name{};       ///< "CONFIG.SYS", as DOS sees it; bytes above 7Fh are of its code page
  std::string long_name{};  ///< UTF-8, as people see it: the long name, or the short one in code page 437
  bool folder = false;
  std::uint32_t cluster = 0, size = 0;
  std::uint16_t date = 0, time = 0;  ///< of its last change, as FAT writes them
};

/// At most `most`; without "." and "..". `bits`: 12, 16 or 32.
[[nodiscard]] std::vector<FatFile> decode_fat_folder(ByteView bytes, unsigned bits, std::size_t most);

}  // namespace bootferry::images::check
