// SPDX-License-Identifier: Apache-2.0
#include "images/check/geometry.hpp"

#include <algorithm>

namespace bootferry::images::check {

Geometry geometry_of_size(ByteCount size) {
  const Geometry small{16, 63};
  return size.value / 512 <= bios_cylinders * small.cylinder_sectors() ? small : Geometry{255, 63};
}

Chs chs_of(std::uint64_t lba, Geometry geometry) {
  const std::uint64_t cylinder = lba / geometry.cylinder_sectors();
  const auto sector_of = [](std::uint64_t from_zero) { return static_cast<std::uint8_t>(from_zero + 1); };
  if (cylinder >= bios_cylinders)
    return {bios_cylinders - 1, static_cast<std::uint8_t>(geometry.heads - 1), sector_of(geometry.sectors - 1)};
  const std::uint64_t rest = lba % geometry.cylinder_sectors();
  return {static_cast<std::uint16_t>(cylinder), static_cast<std::uint8_t>(rest / geometry.sectors),
          sector_of(rest % geometry.sectors)};
}

// Head; the cylinder's upper two bits above the sector; the cylinder's lower eight.
Bytes encode_chs(Chs chs) {
  return {chs.head, static_cast<std::uint8_t>((chs.cylinder >> 2 & 0xC0) | (chs.sector & 0x3F)),
          static_cast<std::uint8_t>(chs.cylinder)};
}

Chs decode_chs(ByteView three) {
  if (three.size() < 3) return {};
  return {static_cast<std::uint16_t>((three[1] & 0xC0) << 2 | three[2]), three[0],
          static_cast<std::uint8_t>(three[1] & 0x3F)};
}

bool chs_fits(Chs found, std::uint64_t lba, Geometry geometry) {
  const Chs right = chs_of(lba, geometry);
  if (found == right) return true;
  const bool out_of_reach = lba / geometry.cylinder_sectors() >= bios_cylinders;
  return out_of_reach && found.cylinder == bios_cylinders - 1 && found.sector == geometry.sectors &&
         found.head >= geometry.heads - 1;
}

std::span<const FloppyFormat> floppy_formats() {
  static constexpr FloppyFormat formats[] = {
      {"floppy-160", 160, 40, {1, 8}, 0xFE, 1, 64, 1, "5.25 inch, one side"},
      {"floppy-180", 180, 40, {1, 9}, 0xFC, 1, 64, 2, "5.25 inch, one side"},
      {"floppy-320", 320, 40, {2, 8}, 0xFF, 2, 112, 1, "5.25 inch, two sides"},
      {"floppy-360", 360, 40, {2, 9}, 0xFD, 2, 112, 2, "5.25 inch, double density"},
      {"floppy-720", 720, 80, {2, 9}, 0xF9, 2, 112, 3, "3.5 inch, double density"},
      {"floppy-1200", 1200, 80, {2, 15}, 0xF9, 1, 224, 7, "5.25 inch, high density"},
      {"floppy-1440", 1440, 80, {2, 18}, 0xF0, 1, 224, 9, "3.5 inch, high density"},
      {"floppy-2880", 2880, 80, {2, 36}, 0xF0, 2, 240, 9, "3.5 inch, extended density"},
  };
  return formats;
}

const FloppyFormat* find_floppy(ByteCount size) {
  const auto formats = floppy_formats();
  const auto found = std::ranges::find_if(formats, [&](const FloppyFormat& one) { return one.size() == size; });
  return found == formats.end() ? nullptr : &*found;
}

}  // namespace bootferry::images::check
