// SPDX-License-Identifier: Apache-2.0
// The geometry of a disk that DOS boots from: the partition table's CHS values, the boot sectors' heads and sectors and
// what iPXE's INT 13h derives must be one. Called by check_image; pure.
#pragma once

#include "images/check/fat.hpp"
#include "images/check/partition_table.hpp"

namespace bootferry::images::check {

/// What iPXE tells the BIOS's callers of a disk: the highest end head and end sector of the table, 255/63 of an empty
/// one (iPXE: interface/pcbios/int13.c).
[[nodiscard]] Geometry geometry_of_mbr(const Mbr& mbr);

/// The one that the disk was most likely made with: that most of its CHS values and boot sectors agree with.
[[nodiscard]] Geometry settle_geometry(const Mbr& mbr, std::span<const Geometry> boot_sectors, ByteCount size);

/// The entry with the CHS values that it should have. Its end is that of its last cylinder, so that iPXE finds the
/// geometry in it.
[[nodiscard]] MbrEntry with_right_chs(MbrEntry entry, Geometry geometry);

/// `severity`: of what DOS would fail on.
void check_chs(const Mbr& mbr, Geometry geometry, Severity severity, Report& report);

}  // namespace bootferry::images::check
