// SPDX-License-Identifier: Apache-2.0
// What boots from a CD: its El Torito catalog ("El Torito" Bootable CD-ROM Format Specification 1.0; ISO 9660 for the
// descriptors). Called by check_image; the disc may hold anything.
#pragma once

#include <optional>

#include "images/check/disk_reader.hpp"
#include "images/check/finding.hpp"

namespace bootferry::images::check {

/// The volume descriptors of ISO 9660 are where they belong.
[[nodiscard]] Result<bool> is_cd(DiskReader& reader);

struct EmulatedFloppy {
  ByteCount offset, size;
};
/// The floppy that a BIOS boots this disc by; nothing when it boots in another way, or not at all.
[[nodiscard]] Result<std::optional<EmulatedFloppy>> find_emulated_floppy(DiskReader& reader);
[[nodiscard]] Result<void> check_cd(DiskReader& reader, Report& report);

}  // namespace bootferry::images::check
