// SPDX-License-Identifier: Apache-2.0
// The partition table of a disk: MBR, or GPT behind a protective MBR (UEFI specification 5.2 and 5.3). Decoding is pure
// and takes any bytes; the checks of the MBR's CHS values belong to dos_geometry. Numbers are blocks of the device.
#pragma once

#include <array>

#include "images/check/disk_reader.hpp"
#include "images/check/finding.hpp"
#include "images/check/geometry.hpp"

namespace bootferry::images::check {

/// One of the four entries of an MBR.
struct MbrEntry {
  unsigned slot = 0;  ///< 1 to 4
  std::uint8_t status = 0, type = 0;
  Chs start, end;
  std::uint64_t first = 0, count = 0;

  [[nodiscard]] bool used() const { return type != 0; }
  [[nodiscard]] bool active() const { return status == 0x80; }
  [[nodiscard]] bool fat() const;
  [[nodiscard]] bool extended() const { return type == 0x05 || type == 0x0F; }
  [[nodiscard]] std::uint64_t last() const { return first + count - 1; }
  /// Where its 16 bytes begin in the MBR.
  [[nodiscard]] std::uint64_t place() const { return 446 + std::uint64_t{slot - 1} * 16; }
};

struct Mbr {
  bool signature = false;  ///< 55AA
  bool code = false;       ///< its first byte is an instruction
  std::array<MbrEntry, 4> entries;

  [[nodiscard]] bool protective() const;  ///< a GPT follows
  [[nodiscard]] bool empty() const;
};
[[nodiscard]] Mbr decode_mbr(ByteView sector);
[[nodiscard]] Bytes encode_mbr_entry(const MbrEntry& entry);

/// A partition that a file system may be looked for in.
struct Partition {
  std::string name;  ///< "partition 1"
  std::uint64_t first = 0, count = 0;
  const MbrEntry* entry = nullptr;  ///< null of a GPT, and of a disk without partitions
  unsigned number = 0;              ///< 1, 2, ...: as Linux counts them
};

/// Signature, flags, overlaps, ends; walks the extended partition's chain.
[[nodiscard]] Result<void> check_mbr(DiskReader& reader, const Mbr& mbr, Report& report);
/// The logical partitions of an extended one, in the order of their chain: 5, 6, ...
[[nodiscard]] Result<std::vector<Partition>> walk_logical(DiskReader& reader, const MbrEntry& extended, Report& report);
/// Both headers, their CRCs, the entries; answers the partitions that can be looked into.
[[nodiscard]] Result<std::vector<Partition>> check_gpt(DiskReader& reader, Report& report);

}  // namespace bootferry::images::check
