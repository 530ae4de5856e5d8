// SPDX-License-Identifier: Apache-2.0
#include "images/check/dos_geometry.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bootferry::images::check {
namespace {

constexpr Geometry blank_disk{255, 63};

bool placed(const MbrEntry& entry) { return entry.used() && entry.count > 0; }

Chs cylinder_end(std::uint64_t lba, Geometry geometry) {
  Chs end = chs_of(lba, geometry);
  end.head = static_cast<std::uint8_t>(geometry.heads - 1);
  end.sector = static_cast<std::uint8_t>(geometry.sectors);
  return end;
}

bool end_fits(const MbrEntry& entry, Geometry geometry) {
  return chs_fits(entry.end, entry.last(), geometry) || entry.end == cylinder_end(entry.last(), geometry);
}

// How much of what is written on the disk speaks for a geometry.
std::size_t count_witnesses(const Mbr& mbr, std::span<const Geometry> boot_sectors, Geometry geometry) {
  auto count = static_cast<std::size_t>(std::ranges::count(boot_sectors, geometry));
  for (const MbrEntry& entry : mbr.entries) {
    if (!placed(entry)) continue;
    count += chs_fits(entry.start, entry.first, geometry) ? 1 : 0;
    count += end_fits(entry, geometry) ? 1 : 0;
  }
  return count;
}

std::string text_of(Chs chs) { return fmt::format("{}/{}/{}", chs.cylinder, chs.head, unsigned{chs.sector}); }

}  // namespace

Geometry geometry_of_mbr(const Mbr& mbr) {
  Geometry geometry;
  for (const MbrEntry& entry : mbr.entries) {
    if (!entry.used()) continue;
    geometry.heads = std::max<std::uint32_t>(geometry.heads, entry.end.head + 1u);
    geometry.sectors = std::max<std::uint32_t>(geometry.sectors, entry.end.sector);
  }
  return geometry.possible() ? geometry : blank_disk;
}

Geometry settle_geometry(const Mbr& mbr, std::span<const Geometry> boot_sectors, ByteCount size) {
  std::vector<Geometry> candidates{geometry_of_mbr(mbr)};
  candidates.insert(candidates.end(), boot_sectors.begin(), boot_sectors.end());
  candidates.insert(candidates.end(), {geometry_of_size(size), {255, 63}, {16, 63}});
  std::erase_if(candidates, [](Geometry one) { return !one.possible(); });
  // The first of those with most: the table before the boot sectors, and these before the size.
  return *std::ranges::max_element(candidates, {},
                                   [&](Geometry candidate) { return count_witnesses(mbr, boot_sectors, candidate); });
}

MbrEntry with_right_chs(MbrEntry entry, Geometry geometry) {
  entry.start = chs_of(entry.first, geometry);
  entry.end = cylinder_end(entry.last(), geometry);
  return entry;
}

void check_chs(const Mbr& mbr, Geometry geometry, Severity severity, Report& report) {
  std::vector<Patch> patches;
  for (const MbrEntry& entry : mbr.entries) {
    if (!placed(entry)) continue;
    const MbrEntry right = with_right_chs(entry, geometry);
    const std::vector<Patch> mend{{{entry.place() + 1}, encode_chs(right.start)},
                                  {{entry.place() + 5}, encode_chs(right.end)}};
    patches.insert(patches.end(), mend.begin(), mend.end());
    if (chs_fits(entry.start, entry.first, geometry) && end_fits(entry, geometry)) continue;
    report.add(
        severity, "chs-values",
        fmt::format("Partition {} lies at sectors {} to {}, and its cylinder/head/sector values {} to {} do not say "
                    "so with {} heads and {} sectors: DOS reads the wrong place.",
                    entry.slot, entry.first, entry.last(), text_of(entry.start), text_of(entry.end), geometry.heads,
                    geometry.sectors),
        fmt::format("Write {} to {}.", text_of(right.start), text_of(right.end)), mend);
  }
  const Geometry guess = geometry_of_mbr(mbr);
  if (guess == geometry)
    return report.ok("chs-geometry", fmt::format("The partition table shows {} heads and {} sectors a track.",
                                                 geometry.heads, geometry.sectors));
  report.add(
      severity, "chs-geometry",
      fmt::format("No partition ends at the end of a cylinder, so iPXE takes the disk for one of {} heads and {} "
                  "sectors; it has {} and {}.",
                  guess.heads, guess.sectors, geometry.heads, geometry.sectors),
      "Write the end of the last cylinder as the end of the partitions' CHS values.", std::move(patches));
}

}  // namespace bootferry::images::check
