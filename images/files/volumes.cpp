// SPDX-License-Identifier: Apache-2.0
#include "images/files/volumes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "images/check/el_torito.hpp"
#include "images/files/fat_files.hpp"
#include "images/files/iso_files.hpp"

namespace bootferry::images::files {
namespace {

std::unexpected<Error> nothing_in(std::string_view where) {
  return fail(ErrorKind::conflict, fmt::format("{} holds no file system that can be looked into here: FAT12, FAT16, "
                                               "FAT32 and ISO 9660 are.",
                                               where));
}

/// `first`: in sectors of 512 bytes.
Result<std::unique_ptr<FileSystem>> open_fat(check::DiskReader& reader, std::uint64_t first, std::string_view where) {
  auto sector = reader.read(first * 512, 512);
  if (!sector) return std::unexpected(sector.error());
  if (!check::looks_like_fat(*sector)) return nothing_in(where);
  const auto boot = check::decode_fat_boot(*sector);
  if (!boot) return fail(ErrorKind::invalid, fmt::format("The boot sector of {} {}.", where, boot.error().message));
  return std::make_unique<FatFiles>(reader, first, *boot);
}

// What is wrong with the table itself is the check's to say: here counts what can be looked into.
Result<std::vector<check::Partition>> partitions_of(check::DiskReader& reader, const check::Mbr& mbr) {
  check::Report unheard;
  if (mbr.protective()) return check::check_gpt(reader, unheard);
  std::vector<check::Partition> found;
  for (const check::MbrEntry& entry : mbr.entries) {
    if (!entry.used() || entry.count == 0 || entry.first == 0) continue;
    if (!entry.extended()) {
      found.push_back({fmt::format("partition {}", entry.slot), entry.first, entry.count, nullptr, entry.slot});
      continue;
    }
    if (!reader.holds(entry.first * reader.block_size(), 512)) continue;
    auto logical = check::walk_logical(reader, entry, unheard);
    if (!logical) return logical;
    found.insert(found.end(), logical->begin(), logical->end());
  }
  return found;
}

}  // namespace

Result<Volumes> find_volumes(check::DiskReader& reader) {
  Volumes volumes;
  // First: a CD that is a disk as well has a partition table, and is a CD to people.
  const auto cd = check::is_cd(reader);
  if (!cd) return std::unexpected(cd.error());
  if (*cd) {
    auto opened = IsoFiles::open(reader);
    if (!opened) return std::unexpected(opened.error());
    volumes.whole = std::move(*opened);
    return volumes;
  }
  auto sector = reader.read(0, std::min<std::uint64_t>(reader.size(), 512));
  if (!sector) return std::unexpected(sector.error());
  const check::Mbr mbr = check::decode_mbr(*sector);
  if (!mbr.protective() && check::looks_like_fat(*sector)) {
    auto opened = open_fat(reader, 0, "the image");
    if (!opened) return std::unexpected(opened.error());
    volumes.whole = std::move(*opened);
    return volumes;
  }
  if (!mbr.signature) return nothing_in("The image");
  auto partitions = partitions_of(reader, mbr);
  if (!partitions) return std::unexpected(partitions.error());
  if (partitions->empty()) return nothing_in("The image");
  volumes.table = mbr.protective() ? "GPT" : "MBR";
  volumes.partitions = std::move(*partitions);
  return volumes;
}

Result<std::unique_ptr<FileSystem>> open_partition(check::DiskReader& reader, const check::Partition& partition) {
  return open_fat(reader, partition.first * (reader.block_size() / 512), partition.name);
}

}  // namespace bootferry::images::files
