// SPDX-License-Identifier: Apache-2.0
// A small reader of ext2, ext3 and ext4 (kernel documentation, "ext4 Data Structures and Algorithms"): the files of a
// folder, and a file's bytes. The journal is not replayed. Hostile bytes: all numbers are checked, all walks are
// bounded. Called by linux_boot; one thread.
#pragma once

#include <optional>

#include "images/check/disk_reader.hpp"

namespace bootferry::images::check {

class ExtVolume {
 public:
  struct File {
    std::string name;
    std::uint32_t inode = 0;
    bool folder = false;
  };

  /// `start`: its first byte on the disk; `length`: of its partition. Empty when it is no such file system; unsupported
  /// when it has features that this reader does not know; invalid when it is broken.
  [[nodiscard]] static Result<std::optional<ExtVolume>> open(DiskReader& reader, std::uint64_t start,
                                                             std::uint64_t length);

  static constexpr std::uint32_t root = 2;
  /// Regular files and folders, 4096 at most.
  [[nodiscard]] Result<std::vector<File>> list(std::uint32_t folder);
  /// invalid when it has more than `most` bytes.
  [[nodiscard]] Result<Bytes> read(std::uint32_t file, std::uint64_t most);

 private:
  explicit ExtVolume(DiskReader& reader) : reader_(&reader) {}

  [[nodiscard]] Result<Bytes> block(std::uint64_t number, std::uint64_t count = 1);
  [[nodiscard]] Result<Bytes> inode(std::uint32_t number);
  /// Fills the blocks of `into` that an extent tree's node, or a table of block numbers, tells of.
  [[nodiscard]] Result<void> read_extents(ByteView node, unsigned depth, Bytes& into);
  [[nodiscard]] Result<void> read_table(ByteView numbers, unsigned depth, std::uint64_t& next, Bytes& into);
  [[nodiscard]] Result<void> copy_blocks(std::uint64_t from, std::uint64_t count, std::uint64_t to, Bytes& into);

  DiskReader* reader_;
  std::uint64_t start_ = 0, blocks_ = 0;
  std::uint32_t block_size_ = 1024, inodes_ = 0, inodes_per_group_ = 0, inode_size_ = 128, descriptor_size_ = 32;
  std::uint32_t first_block_ = 1;
  unsigned steps_ = 0;  ///< tree nodes looked at, in all
};

}  // namespace bootferry::images::check
