// SPDX-License-Identifier: Apache-2.0
// Cylinders, heads and sectors: how a BIOS names the sectors of a disk, and what DOS and a partition table must agree
// on. Used by the checks and by the presets; pure. Cylinders are counted from 0, heads from 0, sectors from 1.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.hpp"
#include "base/units.hpp"

namespace bootferry::images::check {

struct Geometry {
  std::uint32_t heads = 0;
  std::uint32_t sectors = 0;  ///< of a track

  [[nodiscard]] bool possible() const { return heads >= 1 && heads <= 255 && sectors >= 1 && sectors <= 63; }
  [[nodiscard]] std::uint64_t cylinder_sectors() const { return std::uint64_t{heads} * sectors; }
  friend bool operator==(const Geometry&, const Geometry&) = default;
};

/// What INT 13h can name: more cylinders than these are out of its reach.
constexpr std::uint64_t bios_cylinders = 1024;

/// 16/63 while that reaches the whole disk (504 MiB), 255/63 above. 256 heads are never used: DOS counts them in a
/// byte.
[[nodiscard]] Geometry geometry_of_size(ByteCount size);

struct Chs {
  std::uint16_t cylinder = 0;
  std::uint8_t head = 0, sector = 0;
  friend bool operator==(const Chs&, const Chs&) = default;
};

/// The last cylinder, head and sector stand for all that lies beyond INT 13h's reach.
[[nodiscard]] Chs chs_of(std::uint64_t lba, Geometry geometry);
/// The three bytes of a partition table's entry.
[[nodiscard]] Bytes encode_chs(Chs chs);
[[nodiscard]] Chs decode_chs(ByteView three);
/// Any of the ways to write "beyond INT 13h's reach" passes for it.
[[nodiscard]] bool chs_fits(Chs found, std::uint64_t lba, Geometry geometry);

/// A floppy, told by its exact size.
struct FloppyFormat {
  std::string_view preset;  ///< "floppy-1440"
  std::uint32_t kibibytes;
  std::uint32_t cylinders;
  Geometry geometry;
  std::uint8_t media;
  std::uint32_t sectors_per_cluster, root_entries, fat_sectors;
  std::string_view drive;  ///< "5.25 inch, double density"

  [[nodiscard]] ByteCount size() const { return {std::uint64_t{kibibytes} << 10}; }
};
[[nodiscard]] std::span<const FloppyFormat> floppy_formats();
[[nodiscard]] const FloppyFormat* find_floppy(ByteCount size);

}  // namespace bootferry::images::check
