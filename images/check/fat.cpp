// SPDX-License-Identifier: Apache-2.0
#include "images/check/fat.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "images/check/little_endian.hpp"

namespace bootferry::images::check {
namespace {

constexpr std::size_t entry_size = 32;
constexpr std::size_t most_entries = 4096;
constexpr std::size_t most_in_folder = 65536, longest_folder = most_in_folder * entry_size;  // fatgen103: 2 MiB

std::unexpected<Error> cannot(std::string what) { return fail(ErrorKind::invalid, std::move(what)); }

Result<void> check_plausible(const FatBoot& boot) {
  if (!std::has_single_bit(unsigned{boot.sectors_per_cluster}))
    return cannot(fmt::format("has clusters of {} sectors", boot.sectors_per_cluster));
  if (boot.reserved == 0) return cannot("has no reserved sectors, and itself is one");
  if (boot.fats == 0 || boot.fats > 4) return cannot(fmt::format("has {} file allocation tables", boot.fats));
  if (boot.fat_sectors == 0) return cannot("has file allocation tables of no sectors");
  if (boot.media != 0xF0 && boot.media < 0xF8) return cannot(fmt::format("has the media byte {:02X}h", boot.media));
  if (boot.total <= boot.data_at())
    return cannot(fmt::format("has {} sectors in all, and no room for data", boot.total));
  if (boot.wide_layout != (boot.root_entries == 0)) return cannot("is laid out half as FAT16 and half as FAT32");
  return {};
}

}  // namespace

bool looks_like_fat(ByteView sector) {
  const std::uint8_t jump = u8_at(sector, 0);
  const bool jumps = (jump == 0xEB && u8_at(sector, 2) == 0x90) || jump == 0xE9;
  const std::uint16_t bytes = u16_at(sector, 11);
  const bool sized = bytes == 512 || bytes == 1024 || bytes == 2048 || bytes == 4096;
  const std::uint8_t fats = u8_at(sector, 16), media = u8_at(sector, 21);
  return jumps && sized && (fats == 1 || fats == 2) && (media == 0xF0 || media >= 0xF8);
}

Result<FatBoot> decode_fat_boot(ByteView sector) {
  if (!looks_like_fat(sector)) return cannot("does not begin as one of FAT does");
  if (u16_at(sector, 11) != 512) return cannot(fmt::format("has sectors of {} bytes", u16_at(sector, 11)));
  FatBoot boot;
  boot.sectors_per_cluster = u8_at(sector, 13);
  boot.reserved = u16_at(sector, 14);
  boot.fats = u8_at(sector, 16);
  boot.root_entries = u16_at(sector, 17);
  boot.total = u16_at(sector, 19) != 0 ? u16_at(sector, 19) : u32_at(sector, 32);
  boot.media = u8_at(sector, 21);
  boot.wide_layout = u16_at(sector, 22) == 0;
  boot.fat_sectors = boot.wide_layout ? u32_at(sector, 36) : u16_at(sector, 22);
  boot.sectors_per_track = u16_at(sector, 24);
  boot.heads = u16_at(sector, 26);
  boot.hidden = u32_at(sector, 28);
  boot.drive = u8_at(sector, bpb_drive(boot));
  boot.root_cluster = boot.wide_layout ? u32_at(sector, 44) : 0;
  boot.backup = boot.wide_layout ? u16_at(sector, 50) : 0;
  boot.signature = u16_at(sector, 510) == 0xAA55;
  if (auto good = check_plausible(boot); !good) return std::unexpected(good.error());
  // The type is told by the number of clusters and by nothing else (fatgen103, "FAT Type Determination").
  boot.clusters = static_cast<std::uint32_t>((boot.total - boot.data_at()) / boot.sectors_per_cluster);
  boot.bits = boot.clusters < 4085 ? 12 : boot.clusters < 65525 ? 16 : 32;
  if (boot.wide_layout != (boot.bits == 32))
    return cannot(fmt::format("is laid out as FAT{}, and has {} clusters, which makes it FAT{}",
                              boot.wide_layout ? "32" : "16", boot.clusters, boot.bits));
  const std::uint64_t held = std::uint64_t{boot.fat_sectors} * 512 * 8 / boot.bits;
  if (held < std::uint64_t{boot.clusters} + 2)
    return cannot(fmt::format("has file allocation tables for {} clusters, and {} clusters", held, boot.clusters));
  return boot;
}

Result<std::uint32_t> FatVolume::next_cluster(std::uint32_t cluster) {
  const std::uint64_t bit = std::uint64_t{cluster} * boot_.bits;
  const std::uint64_t byte = bit / 8;
  const std::uint64_t sector = boot_.reserved + byte / 512;
  if (cached_at_ != sector) {
    // An entry of FAT12 may reach into the next sector; behind the FAT there is always one.
    auto read = sectors(sector, 2);
    if (!read) return std::unexpected(read.error());
    cached_ = std::move(*read);
    cached_at_ = sector;
  }
  const std::size_t at = byte % 512;
  if (boot_.bits == 32) return u32_at(cached_, at) & 0x0FFFFFFF;
  const std::uint16_t value = u16_at(cached_, at);
  if (boot_.bits == 16) return value;
  return bit % 8 == 0 ? value & 0xFFF : value >> 4;
}

// Bounded by `most`, so a chain that is a ring ends too. A chain that leads out of the volume just ends.
Result<Bytes> FatVolume::read_chain(std::uint32_t cluster, std::uint64_t most) {
  Bytes all;
  while (cluster >= 2 && cluster - 2 < boot_.clusters && all.size() < most) {
    const std::uint64_t at = boot_.data_at() + std::uint64_t{cluster - 2} * boot_.sectors_per_cluster;
    const std::uint64_t wanted = std::min<std::uint64_t>((most - all.size() + 511) / 512, boot_.sectors_per_cluster);
    auto part = sectors(at, wanted);
    if (!part) return part;
    all.insert(all.end(), part->begin(), part->end());
    auto next = next_cluster(cluster);
    if (!next) return std::unexpected(next.error());
    cluster = *next;
  }
  if (all.size() > most) all.resize(most);
  return all;
}

Result<std::vector<FatFile>> FatVolume::root() {
  constexpr std::uint64_t most = most_entries * entry_size;
  auto bytes = boot_.bits == 32 ? read_chain(boot_.root_cluster, most)
                                : sectors(boot_.root_at(), std::min(boot_.root_sectors(), most / 512));
  if (!bytes) return std::unexpected(bytes.error());
  return decode_fat_folder(*bytes, boot_.bits, most_entries);
}

// A chain that is longer than any folder may be is a ring.
Result<std::vector<FatFile>> FatVolume::list(const FatFile& folder) {
  auto bytes = read_chain(folder.cluster, longest_folder + 1);
  if (!bytes) return std::unexpected(bytes.error());
  if (bytes->size() > longest_folder) return cannot("The FAT file system is damaged: it has a folder that never ends.");
  return decode_fat_folder(*bytes, boot_.bits, most_in_folder);
}

Result<std::vector<FatFile>> FatVolume::list_root() {
  if (boot_.bits == 32) return list({.cluster = boot_.root_cluster});
  auto bytes = sectors(boot_.root_at(), boot_.root_sectors());
  if (!bytes) return std::unexpected(bytes.error());
  return decode_fat_folder(*bytes, boot_.bits, most_in_folder);
}

Result<Bytes> FatVolume::read(const FatFile& file, std::size_t most) {
  return read_chain(file.cluster, std::min<std::uint64_t>(file.size, most));
}

}  // namespace bootferry::images::check
