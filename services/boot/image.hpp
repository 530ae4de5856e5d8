// SPDX-License-Identifier: Apache-2.0
// An image as the rooms that never open it know it: its name and what is said of it. Plain value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/units.hpp"

namespace bootferry::boot {

/// How initiators see a disk, beyond its blocks.
struct DiskTraits {
  bool removable = false;                    ///< the machine may take the medium out
  bool thick = false;                        ///< its space is reserved, and never given back
  std::uint32_t physical_block_size = 4096;  ///< what they align to: 512 for systems that take nothing else
  friend bool operator==(const DiskTraits&, const DiskTraits&) = default;
};

struct Image {
  std::string name;
  std::string format;  ///< "raw", or "iso": a CD, never written to
  std::string file;    ///< file name inside the library's folder
  ByteCount size;
  WallTime created{};
  std::uint32_t block_size = 512;  ///< of the disk that initiators see
  DiskTraits traits = {};
};

/// 1 to 63 of letters, digits, '-', '_', '.', beginning with a letter or digit: safe as a file name and in a URL.
[[nodiscard]] Result<void> check_image_name(std::string_view name);
/// What a disk may be made with: 512, or 4096.
[[nodiscard]] Result<void> check_block_size(std::uint64_t block_size);

}  // namespace bootferry::boot
