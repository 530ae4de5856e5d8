// SPDX-License-Identifier: Apache-2.0
#include "images/check/ext_volume.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "images/check/little_endian.hpp"

namespace bootferry::images::check {
namespace {

constexpr std::uint16_t magic = 0xEF53, extent_magic = 0xF30A;
constexpr std::uint32_t wide_descriptors = 0x80, extents_flag = 0x80000, inline_flag = 0x10000000;
// filetype, recover, extents, 64bit, mmp, flex_bg, ea_inode, csum_seed, largedir, inline_data (refused where it is
// used)
constexpr std::uint32_t known_features = 0x2 | 0x4 | 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x2000 | 0x4000 | 0x8000;
constexpr unsigned most_steps = 20000, most_files = 4096, deepest_extents = 5;
constexpr std::uint64_t longest_folder = 4 << 20;

std::unexpected<Error> broken(const char* what) {
  return fail(ErrorKind::invalid, fmt::format("the ext file system has {}", what));
}

}  // namespace

Result<std::optional<ExtVolume>> ExtVolume::open(DiskReader& reader, std::uint64_t start, std::uint64_t length) {
  if (length < 4096 || !reader.holds(start, length)) return std::nullopt;
  auto super = reader.read(start + 1024, 1024);
  if (!super) return std::unexpected(super.error());
  if (u16_at(*super, 56) != magic) return std::nullopt;
  ExtVolume volume(reader);
  const std::uint32_t shift = u32_at(*super, 24), features = u32_at(*super, 96);
  if (shift > 6) return broken("blocks of an impossible size");
  volume.start_ = start;
  volume.block_size_ = 1024u << shift;
  volume.blocks_ = length / volume.block_size_;
  volume.inodes_ = u32_at(*super, 0);
  volume.first_block_ = u32_at(*super, 20);
  volume.inodes_per_group_ = u32_at(*super, 40);
  const bool dynamic = u32_at(*super, 76) >= 1;
  volume.inode_size_ = dynamic ? u16_at(*super, 88) : 128;
  if (dynamic && (features & ~known_features) != 0)
    return fail(ErrorKind::unsupported,
                fmt::format("the ext file system has features {:x}h", features & ~known_features));
  if (dynamic && (features & wide_descriptors) != 0) volume.descriptor_size_ = u16_at(*super, 254);
  if (volume.inodes_per_group_ == 0 || volume.inode_size_ < 128 || volume.inode_size_ > volume.block_size_ ||
      volume.descriptor_size_ < 32 || volume.descriptor_size_ > 1024 || volume.first_block_ > 1)
    return broken("an impossible superblock");
  return volume;
}

Result<Bytes> ExtVolume::block(std::uint64_t number, std::uint64_t count) {
  if (number >= blocks_ || count > blocks_ - number) return broken("a block number beyond its end");
  return reader_->read(start_ + number * block_size_, count * block_size_);
}

Result<Bytes> ExtVolume::inode(std::uint32_t number) {
  if (number == 0 || number > inodes_) return broken("an impossible file number");
  const std::uint64_t group = (number - 1) / inodes_per_group_, index = (number - 1) % inodes_per_group_;
  const std::uint64_t at = (std::uint64_t{first_block_} + 1) * block_size_ + group * descriptor_size_;
  if (at / block_size_ >= blocks_) return broken("a group beyond its end");
  auto descriptor = reader_->read(start_ + at, descriptor_size_);
  if (!descriptor) return descriptor;
  std::uint64_t table = u32_at(*descriptor, 8);
  if (descriptor_size_ >= 64) table |= std::uint64_t{u32_at(*descriptor, 40)} << 32;
  if (table >= blocks_) return broken("a table of files beyond its end");
  const std::uint64_t place = table * block_size_ + index * inode_size_;
  if (place / block_size_ >= blocks_) return broken("a table of files beyond its end");
  return reader_->read(start_ + place, inode_size_);
}

Result<void> ExtVolume::copy_blocks(std::uint64_t from, std::uint64_t count, std::uint64_t to, Bytes& into) {
  const std::uint64_t wanted = (into.size() + block_size_ - 1) / block_size_;
  if (to >= wanted) return {};
  auto bytes = block(from, std::min(count, wanted - to));
  if (!bytes) return std::unexpected(bytes.error());
  const std::uint64_t room = into.size() - to * block_size_;
  if (bytes->size() > room) bytes->resize(room);
  std::ranges::copy(*bytes, into.begin() + static_cast<std::ptrdiff_t>(to * block_size_));
  return {};
}

Result<void> ExtVolume::read_extents(ByteView node, unsigned depth, Bytes& into) {
  if (++steps_ > most_steps) return broken("an endless tree");
  const unsigned count = u16_at(node, 2), level = u16_at(node, 6);
  if (u16_at(node, 0) != extent_magic || 12 + std::size_t{count} * 12 > node.size() || level > deepest_extents ||
      (depth != 0 && level + 1 != depth))
    return broken("a broken tree of extents");
  for (unsigned i = 0; i < count; ++i) {
    const ByteView entry = node.subspan(12 + std::size_t{i} * 12, 12);
    if (level == 0) {
      const std::uint32_t length = u16_at(entry, 4);
      if (length > 32768) continue;  // reserved, and reads zeros
      const std::uint64_t from = u32_at(entry, 8) | std::uint64_t{u16_at(entry, 6)} << 32;
      if (auto done = copy_blocks(from, length, u32_at(entry, 0), into); !done) return done;
      continue;
    }
    auto below = block(u32_at(entry, 4) | std::uint64_t{u16_at(entry, 8)} << 32);
    if (!below) return std::unexpected(below.error());
    if (auto done = read_extents(*below, level, into); !done) return done;
  }
  return {};
}

Result<void> ExtVolume::read_table(ByteView numbers, unsigned depth, std::uint64_t& next, Bytes& into) {
  if (++steps_ > most_steps) return broken("an endless tree");
  const std::uint64_t wanted = (into.size() + block_size_ - 1) / block_size_;
  std::uint64_t covered = 1;
  for (unsigned i = 0; i < depth; ++i) covered *= block_size_ / 4;
  for (std::size_t at = 0; at + 4 <= numbers.size() && next < wanted; at += 4) {
    const std::uint32_t number = u32_at(numbers, at);
    if (number == 0) {
      next += covered;
      continue;
    }
    if (depth == 0) {
      if (auto done = copy_blocks(number, 1, next++, into); !done) return done;
      continue;
    }
    auto below = block(number);
    if (!below) return std::unexpected(below.error());
    if (auto done = read_table(*below, depth - 1, next, into); !done) return done;
  }
  return {};
}

Result<Bytes> ExtVolume::read(std::uint32_t file, std::uint64_t most) {
  auto node = inode(file);
  if (!node) return node;
  const std::uint64_t size = u32_at(*node, 4) | std::uint64_t{u32_at(*node, 108)} << 32;
  if (size > most) return broken("a file that is too big to look into");
  const std::uint32_t flags = u32_at(*node, 32);
  if ((flags & inline_flag) != 0)
    return fail(ErrorKind::unsupported, "the ext file system keeps files in their inodes");
  Bytes bytes(size, 0);
  const ByteView map = ByteView(*node).subspan(40, 60);
  if ((flags & extents_flag) != 0) {
    auto done = read_extents(map, 0, bytes);
    return done ? Result<Bytes>(std::move(bytes)) : std::unexpected(done.error());
  }
  std::uint64_t next = 0;
  Result<void> done = read_table(map.first(48), 0, next, bytes);
  for (unsigned depth = 1; done && depth <= 3; ++depth)
    done = read_table(map.subspan(48 + std::size_t{depth - 1} * 4, 4), depth, next, bytes);
  return done ? Result<Bytes>(std::move(bytes)) : std::unexpected(done.error());
}

// A hashed folder reads as a plain one: its index looks like entries of no file.
Result<std::vector<ExtVolume::File>> ExtVolume::list(std::uint32_t folder) {
  auto bytes = read(folder, longest_folder);
  if (!bytes) return std::unexpected(bytes.error());
  std::vector<File> files;
  for (std::size_t at = 0; at + 8 <= bytes->size() && files.size() < most_files;) {
    const ByteView entry = ByteView(*bytes).subspan(at);
    const std::size_t length = u16_at(entry, 4), name = u8_at(entry, 6);
    if (length < 8 || length > entry.size() || name + 8 > length) break;
    at += length;
    const std::uint32_t number = u32_at(entry, 0);
    if (number == 0 || name == 0) continue;
    const auto kind = u8_at(entry, 7);
    if (kind != 1 && kind != 2) continue;
    files.push_back({std::string(text_of(entry.subspan(8, name))), number, kind == 2});
  }
  return files;
}

}  // namespace bootferry::images::check
