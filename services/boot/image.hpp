// SPDX-License-Identifier: Apache-2.0
// An image as the rooms that never open it know it: its name and what is said of it. Plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/units.hpp"
#include "boot/layer.hpp"

namespace bootferry::boot {

/// How initiators see a disk, beyond its blocks.
struct DiskTraits {
  bool removable = false;                    ///< the machine may take the medium out
  bool thick = false;                        ///< its space is reserved, and never given back
  std::uint32_t physical_block_size = 4096;  ///< what they align to: 512 for systems that take nothing else
  friend bool operator==(const DiskTraits&, const DiskTraits&) = default;
};

/// What an image was at a time. Never changed once another layer lies on it.
struct ImageVersion {
  unsigned number = 1;
  LayerId layer;
  std::string comment;
  WallTime created{};
  friend bool operator==(const ImageVersion&, const ImageVersion&) = default;
};

/// Where the floppy of a CD is, that boots by emulating one (El Torito).
struct CdFloppy {
  ByteCount offset, size;  ///< of 0: it has none
  friend bool operator==(const CdFloppy&, const CdFloppy&) = default;
};

struct Image {
  std::string name;
  std::string format;  ///< "raw", or "iso": a CD, never written to
  std::string file;    ///< of its first version, inside the library's folder
  ByteCount size;
  WallTime created{};
  std::uint32_t block_size = 512;  ///< of the disk that initiators see
  DiskTraits traits = {};
  std::vector<ImageVersion> versions = {};  ///< in the order of their numbers; the last is the current one
  std::optional<CdFloppy> floppy = {};      ///< of a CD; none: nobody has looked yet

  /// `size` is of this one. Of an image of the registry only.
  [[nodiscard]] const ImageVersion& current() const { return versions.back(); }
  [[nodiscard]] const ImageVersion* find_version(unsigned number) const;
};

/// 1 to 63 of letters, digits, '-', '_', '.', beginning with a letter or digit: safe as a file name and in a URL.
[[nodiscard]] Result<void> check_image_name(std::string_view name);
/// What a disk may be made with: 512, or 4096.
[[nodiscard]] Result<void> check_block_size(std::uint64_t block_size);

/// Of versions and snapshots: one line of printable text, at most 200 bytes; may be empty.
[[nodiscard]] Result<void> check_comment(std::string_view comment);

}  // namespace bootferry::boot
