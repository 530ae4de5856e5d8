// SPDX-License-Identifier: Apache-2.0
#include "images/check/check_image.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/sparse_write.hpp"
#include "images/check/dos_geometry.hpp"
#include "images/check/el_torito.hpp"
#include "images/check/fat_check.hpp"
#include "images/check/linux_boot.hpp"
#include "images/check/little_endian.hpp"

namespace bootferry::images::check {
namespace {

/// A FAT volume without a partition table around it: a floppy, or the whole of a disk.
Result<void> check_whole_fat(DiskReader& reader, Report& report) {
  const FloppyFormat* floppy = find_floppy({reader.size()});
  report.kind = floppy ? "floppy" : "volume";
  FatPlace place{"The disk", 0, reader.size() / 512};
  if (floppy) {
    place = {"The floppy", 0, reader.size() / 512, nullptr, floppy->geometry, 0x00};
    report.ok("floppy",
              fmt::format("A floppy of {} KiB ({}): {} cylinders, {} heads, {} sectors.", floppy->kibibytes,
                          floppy->drive, floppy->cylinders, floppy->geometry.heads, floppy->geometry.sectors));
    if (floppy->kibibytes == 360)
      report.add(Severity::warning, "floppy-360",
                 "iPXE does not know floppies of 360 KiB and reads them with 18 sectors a track: it does not boot so.",
                 "Copy the files to an image of 720 KiB (\"--preset floppy-720\").");
  } else {
    report.add(Severity::note, "no-partition-table", "The disk is one FAT volume without a partition table.",
               "DOS and a BIOS take such a disk for a floppy: give it the size of one, or a partition.");
  }
  auto boot = check_fat(reader, place, report);
  if (!boot) return std::unexpected(boot.error());
  if (*boot && floppy && (*boot)->media != floppy->media)
    report.add(Severity::warning, "fat-media",
               fmt::format("The floppy has the media byte {:02X}h; one of its size has {:02X}h.", (*boot)->media,
                           floppy->media),
               "Format it anew if DOS refuses it.");
  if (*boot && floppy) return check_dos_files(reader, place, **boot, report);
  return {};
}

std::vector<Partition> partitions_of(const Mbr& mbr, std::uint64_t blocks) {
  std::vector<Partition> found;
  for (const MbrEntry& entry : mbr.entries) {
    if (!entry.used() || entry.extended() || entry.count == 0 || entry.first == 0) continue;
    if (entry.first >= blocks || entry.count > blocks - entry.first) continue;
    found.push_back({fmt::format("Partition {}", entry.slot), entry.first, entry.count, &entry});
  }
  return found;
}

Result<void> check_mbr_disk(DiskReader& reader, const Mbr& mbr, Report& report) {
  report.kind = "mbr";
  if (auto done = check_mbr(reader, mbr, report); !done) return done;
  std::vector<Partition> partitions = partitions_of(mbr, reader.size() / reader.block_size());
  const bool dos = std::ranges::any_of(mbr.entries, &MbrEntry::fat);
  if (!dos) return check_linux(reader, partitions, report);
  report.kind = "dos";
  if (reader.block_size() != 512) {
    report.add(Severity::error, "dos-block-size",
               fmt::format("DOS and a BIOS need blocks of 512 bytes; this disk has {}.", reader.block_size()),
               "Make the image anew with --block-size 512.");
    return {};
  }
  std::vector<Partition> others = partitions;
  std::erase_if(others, [](const Partition& partition) { return partition.entry->fat(); });
  if (auto done = check_linux(reader, others, report); !done) return done;
  std::erase_if(partitions, [](const Partition& partition) { return !partition.entry->fat(); });
  std::vector<Geometry> boot_sectors;
  for (const Partition& partition : partitions) {
    auto sector = reader.read(partition.first * 512, 512);
    if (!sector) return std::unexpected(sector.error());
    if (const auto boot = decode_fat_boot(*sector)) boot_sectors.push_back(boot->geometry());
  }
  const bool boots =
      std::ranges::any_of(mbr.entries, [](const MbrEntry& entry) { return entry.fat() && entry.active(); });
  const Geometry geometry = settle_geometry(mbr, boot_sectors, {reader.size()});
  check_chs(mbr, geometry, boots ? Severity::error : Severity::warning, report);
  for (const Partition& partition : partitions) {
    const FatPlace place{partition.name, partition.first, partition.count, partition.entry, geometry};
    auto boot = check_fat(reader, place, report);
    if (!boot) return std::unexpected(boot.error());
    if (!*boot || !partition.entry->active()) continue;
    if (auto done = check_dos_files(reader, place, **boot, report); !done) return done;
  }
  return {};
}

/// A sector without its signature may be a table that lost it, or something else altogether (an encrypted volume, a
/// database), in which nothing must be mended: only one that makes sense throughout is taken for a table.
bool could_be_table(const Mbr& mbr, std::uint64_t blocks) {
  for (const MbrEntry& entry : mbr.entries) {
    const bool makes_sense = entry.used() ? (entry.status & 0x7f) == 0 && entry.first > 0 && entry.count > 0 &&
                                                entry.first + entry.count <= blocks
                                          : entry.first == 0 && entry.count == 0;
    if (!makes_sense) return false;
  }
  return !mbr.empty();
}

Result<void> check_disk(DiskReader& reader, Report& report) {
  // First: a CD that is a disk as well has a partition table, and is a CD to iPXE.
  const auto cd = is_cd(reader);
  if (!cd) return std::unexpected(cd.error());
  if (*cd) return check_cd(reader, report);
  auto sector = reader.read(0, std::min<std::uint64_t>(reader.size(), 512));
  if (!sector) return std::unexpected(sector.error());
  sector->resize(512);
  const Mbr mbr = decode_mbr(*sector);
  if (is_zero(*sector)) {
    report.kind = "blank";
    report.add(Severity::note, "blank", "The disk has no partition table: it is blank, or used as a whole.");
    return {};
  }
  if (mbr.protective()) {
    report.kind = "gpt";
    auto partitions = check_gpt(reader, report);
    if (!partitions) return std::unexpected(partitions.error());
    return check_linux(reader, *partitions, report);
  }
  if (looks_like_fat(*sector)) return check_whole_fat(reader, report);
  if (!mbr.signature && !could_be_table(mbr, reader.size() / 512)) {
    report.kind = "unknown";
    report.add(Severity::note, "unknown",
               "The first sector is neither a partition table nor the start of a FAT volume.",
               "A BIOS does not boot from it; as a second drive it may be what it should be.");
    return {};
  }
  return check_mbr_disk(reader, mbr, report);
}

// Patches of one block are one write: the block is as it was, or as it should be.
Result<void> write_patches(BlockDevice& device, const std::vector<Patch>& patches) {
  const std::uint64_t block = device.block_size();
  std::vector<std::uint64_t> touched;
  for (const Patch& patch : patches) {
    if (patch.bytes.empty() || patch.offset.value / 512 != (patch.offset.value + patch.bytes.size() - 1) / 512 ||
        patch.offset.value / block >= device.size().value / block)
      return fail(ErrorKind::invalid, "A repair would write where it may not.");
    touched.push_back(patch.offset.value / block);
  }
  std::ranges::sort(touched);
  const auto again = std::ranges::unique(touched);
  touched.erase(again.begin(), again.end());
  for (const std::uint64_t number : touched) {
    Bytes bytes(block);
    if (auto done = device.read({number * block}, bytes); !done) return done;
    for (const Patch& patch : patches) {
      if (patch.offset.value / block != number) continue;
      std::ranges::copy(patch.bytes, bytes.begin() + static_cast<std::ptrdiff_t>(patch.offset.value % block));
    }
    if (auto done = device.write({number * block}, bytes); !done) return done;
    if (auto done = device.flush(); !done) return done;
  }
  return {};
}

}  // namespace

Result<Report> check_image(BlockDevice& device) {
  DiskReader reader(device);
  Report report;
  auto done = check_disk(reader, report);
  if (done) return report;
  // What a hostile image leads to is a finding; what the disk below fails at is an error.
  if (done.error().kind != ErrorKind::invalid && done.error().kind != ErrorKind::exhausted)
    return std::unexpected(done.error());
  report.add(Severity::error, "check-stopped", done.error().message);
  return report;
}

Result<Repaired> repair_image(BlockDevice& device) {
  constexpr int most_rounds = 4;  // mending one thing may show another
  Repaired repaired;
  for (int round = 0; round <= most_rounds; ++round) {
    auto report = check_image(device);
    if (!report) return std::unexpected(report.error());
    repaired.report = std::move(*report);
    // Half a picture is nothing to write from.
    const auto stopped = [](const Finding& finding) { return finding.code == "check-stopped"; };
    if (std::ranges::any_of(repaired.report.findings, stopped)) return repaired;
    std::vector<Patch> patches;
    for (const Finding& finding : repaired.report.findings)
      patches.insert(patches.end(), finding.patches.begin(), finding.patches.end());
    if (patches.empty() || round == most_rounds) return repaired;
    if (auto done = write_patches(device, patches); !done) return std::unexpected(done.error());
    for (const Finding& finding : repaired.report.findings) {
      if (finding.repairable()) repaired.mended.push_back(finding);
    }
  }
  return repaired;
}

}  // namespace bootferry::images::check
