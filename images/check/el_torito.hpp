// SPDX-License-Identifier: Apache-2.0
// What boots from a CD: its El Torito catalog ("El Torito" Bootable CD-ROM Format Specification 1.0; ISO 9660 for the
// descriptors). Called by check_image; the disc may hold anything.
#pragma once

#include "images/check/disk_reader.hpp"
#include "images/check/finding.hpp"

namespace bootferry::images::check {

/// The volume descriptors of ISO 9660 are where they belong.
[[nodiscard]] Result<bool> is_cd(DiskReader& reader);
[[nodiscard]] Result<void> check_cd(DiskReader& reader, Report& report);

}  // namespace bootferry::images::check
