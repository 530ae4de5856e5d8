// SPDX-License-Identifier: Apache-2.0
// Media for machines whose firmware cannot boot from the network: an image with iPXE that finds this server. Asked by
// the API, implemented by app and by a fake in the tests of http. make() may take seconds: on a worker only.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "base/result.hpp"

namespace bootferry::boot {

enum class MediumKind {
  floppy,  ///< 1.44 MB, for a BIOS
  iso,     ///< a CD, for BIOS and UEFI
  usb,     ///< a raw disk with one FAT partition, for BIOS and UEFI
};
[[nodiscard]] std::string_view name_of(MediumKind kind);       ///< "floppy", "iso", "usb"
[[nodiscard]] std::string_view file_name_of(MediumKind kind);  ///< "bootferry-floppy.img"
[[nodiscard]] std::optional<MediumKind> parse_medium_kind(std::string_view name);

class BootMedia {
 public:
  virtual ~BootMedia() = default;
  /// The image's file; made anew when the loaders or the server's address have changed since the last time.
  [[nodiscard]] virtual Result<std::filesystem::path> make(MediumKind kind) = 0;
};

}  // namespace bootferry::boot
