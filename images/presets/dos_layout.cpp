// SPDX-License-Identifier: Apache-2.0
#include "images/presets/dos_layout.hpp"

#include "images/check/dos_geometry.hpp"

namespace bootferry::images::presets {
namespace {

constexpr ByteCount smallest{2ull << 20}, biggest{2ull << 40};
constexpr std::uint64_t fat16_end = 2ull << 30;
constexpr std::uint64_t smallest_fat16 = 32680;  // sectors; below, 4 KiB clusters stay few enough for FAT12

struct ClusterRule {
  std::uint64_t sectors;  ///< up to this many
  std::uint32_t per_cluster;
};
// The tables that FORMAT of DOS has (fatgen103, "FAT Volume Initialization").
constexpr ClusterRule fat16_rules[] = {{262144, 4}, {524288, 8}, {1048576, 16}, {2097152, 32}, {~0ull, 64}};
constexpr ClusterRule fat32_rules[] = {{16777216, 8}, {33554432, 16}, {67108864, 32}, {~0ull, 64}};

template <std::size_t Count>
std::uint32_t cluster_of(std::uint64_t sectors, const ClusterRule (&rules)[Count]) {
  for (const ClusterRule& rule : rules) {
    if (sectors <= rule.sectors) return rule.per_cluster;
  }
  return rules[Count - 1].per_cluster;
}

std::uint8_t type_of(unsigned bits, const check::MbrEntry& entry, check::Geometry geometry) {
  if (bits == 12) return 0x01;
  if (bits == 16) return entry.count < 65536 ? 0x04 : 0x06;
  const bool in_reach = entry.last() < check::bios_cylinders * geometry.cylinder_sectors();
  return in_reach ? 0x0B : 0x0C;
}

}  // namespace

Result<DosLayout> lay_out_dos(ByteCount size) {
  if (size < smallest) return fail(ErrorKind::invalid, "A DOS disk needs 2 MiB or more; smaller ones are floppies.");
  if (size > biggest) return fail(ErrorKind::invalid, "The partition table of a DOS disk ends at 2 TiB.");
  DosLayout layout;
  layout.geometry = check::geometry_of_size(size);
  const std::uint64_t cylinder = layout.geometry.cylinder_sectors();
  layout.entry.slot = 1;
  layout.entry.status = 0x80;
  layout.entry.first = layout.geometry.sectors;
  layout.entry.count = size.value / 512 / cylinder * cylinder - layout.entry.first;
  const std::uint64_t count = layout.entry.count;
  layout.bits = size.value > fat16_end ? 32 : count < smallest_fat16 ? 12 : 16;
  layout.sectors_per_cluster = layout.bits == 12   ? 8
                               : layout.bits == 16 ? cluster_of(count, fat16_rules)
                                                   : cluster_of(count, fat32_rules);
  layout.entry.type = type_of(layout.bits, layout.entry, layout.geometry);
  layout.entry = check::with_right_chs(layout.entry, layout.geometry);
  return layout;
}

}  // namespace bootferry::images::presets
