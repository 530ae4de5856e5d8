// SPDX-License-Identifier: Apache-2.0
// The boot sector of a FAT file system (Microsoft's FAT specification 1.03, "fatgen103"), and a small reader of its
// files. Hostile bytes: decoding refuses what cannot be, chains are bounded. Used by fat_check, by images/files and by
// the presets; one thread.
#pragma once

#include "images/check/disk_reader.hpp"
#include "images/check/fat_folder.hpp"
#include "images/check/geometry.hpp"

namespace bootferry::images::check {

struct FatBoot {
  std::uint16_t reserved = 0, root_entries = 0, sectors_per_track = 0, heads = 0, backup = 0;
  std::uint8_t sectors_per_cluster = 0, fats = 0, media = 0, drive = 0;
  std::uint32_t total = 0, fat_sectors = 0, hidden = 0, root_cluster = 0, clusters = 0;
  unsigned bits = 0;         ///< 12, 16 or 32, told by the number of clusters
  bool wide_layout = false;  ///< the fields are laid out as of FAT32
  bool signature = false;    ///< 55AA

  [[nodiscard]] Geometry geometry() const { return {heads, sectors_per_track}; }
  [[nodiscard]] std::uint64_t root_at() const { return reserved + std::uint64_t{fats} * fat_sectors; }
  [[nodiscard]] std::uint64_t root_sectors() const { return (std::uint64_t{root_entries} * 32 + 511) / 512; }
  [[nodiscard]] std::uint64_t data_at() const { return root_at() + root_sectors(); }
};

// Where the fields are that a repair writes.
constexpr std::uint64_t bpb_sectors_per_track = 24, bpb_heads = 26, bpb_hidden = 28;
[[nodiscard]] inline std::uint64_t bpb_drive(const FatBoot& boot) { return boot.wide_layout ? 64 : 36; }

/// invalid, with what cannot be: "has clusters of 3 sectors".
[[nodiscard]] Result<FatBoot> decode_fat_boot(ByteView sector);
/// It begins as a FAT boot sector does, whatever else is wrong with it.
[[nodiscard]] bool looks_like_fat(ByteView sector);

class FatVolume {
 public:
  /// `first`: its boot sector, in sectors of 512 bytes of the disk.
  FatVolume(DiskReader& reader, std::uint64_t first, const FatBoot& boot)
      : reader_(reader), first_(first), boot_(boot) {}

  /// The root folder, at most 4096 entries of it.
  [[nodiscard]] Result<std::vector<FatFile>> root();
  /// All of a folder; invalid when it never ends.
  [[nodiscard]] Result<std::vector<FatFile>> list_root();
  [[nodiscard]] Result<std::vector<FatFile>> list(const FatFile& folder);
  /// The first `most` bytes at most; less where its chain ends before.
  [[nodiscard]] Result<Bytes> read(const FatFile& file, std::size_t most);

 private:
  [[nodiscard]] Result<std::uint32_t> next_cluster(std::uint32_t cluster);
  [[nodiscard]] Result<Bytes> read_chain(std::uint32_t cluster, std::uint64_t most);
  [[nodiscard]] Result<Bytes> sectors(std::uint64_t at, std::uint64_t count) {
    return reader_.read((first_ + at) * 512, count * 512);
  }

  DiskReader& reader_;
  const std::uint64_t first_;
  const FatBoot boot_;
  std::uint64_t cached_at_ = 0;  ///< the last piece of the FAT that was read; never sector 0
  Bytes cached_;
};

}  // namespace bootferry::images::check
