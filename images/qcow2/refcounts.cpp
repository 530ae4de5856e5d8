// SPDX-License-Identifier: Apache-2.0
#include "images/qcow2/refcounts.hpp"

#include <algorithm>

#include "images/qcow2/encoding.hpp"

namespace bootferry::images::qcow2 {
namespace {}  // namespace

Refcounts::Refcounts(const Header& header, std::uint64_t file_size)
    : cluster_bits_(header.cluster_bits),
      per_block_(header.cluster_size() / 2),
      slice_bytes_(std::min(header.cluster_size(), slice_limit)),
      per_slice_(slice_bytes_ / 2),
      file_clusters_((file_size + header.cluster_size() - 1) >> header.cluster_bits),
      used_(file_clusters_),
      table_offset_(header.refcount_table_offset),
      table_clusters_(header.refcount_table_clusters) {}

Result<void> Refcounts::claim(std::uint64_t offset, std::uint64_t length, bool shared) {
  if (length == 0) return {};
  const std::uint64_t first = offset >> cluster_bits_, last = (offset + length - 1) >> cluster_bits_;
  if (last >= file_clusters_) return damaged("a table points behind the end of the file");
  for (std::uint64_t cluster = first; cluster <= last; ++cluster) {
    if (!is_used(cluster)) {
      mark(cluster);
    } else if (shared) {
      if (++more_[cluster] >= 0xffff) return damaged("a cluster has too many references");
    } else {
      return damaged("two tables use the same cluster");
    }
  }
  return {};
}

Result<void> Refcounts::load(ByteFile& file) {
  Bytes raw(table_clusters_ << cluster_bits_);
  if (auto read = file.read({table_offset_}, raw); !read) return read;
  if (auto good = claim(table_offset_, raw.size()); !good) return good;
  ByteReader in(raw);
  table_.resize(raw.size() / 8);
  for (std::uint64_t& entry : table_) {
    entry = in.u64() & offset_mask;
    if ((entry & ((std::uint64_t{1} << cluster_bits_) - 1)) != 0) return damaged("a refcount block is not aligned");
    if (entry == 0) continue;
    if (auto good = claim(entry, std::uint64_t{1} << cluster_bits_); !good) return good;
  }
  // Every block's words against what the walk has counted.
  dirty_slices_.clear();
  Bytes block(std::uint64_t{1} << cluster_bits_);
  for (std::uint64_t index = 0; index < table_.size(); ++index) {
    if (table_[index] == 0) continue;
    if (auto read = file.read({table_[index]}, block); !read) return read;
    for (std::uint64_t at = 0; at < block.size(); at += slice_bytes_) {
      const std::uint64_t slice = (index * block.size() + at) / slice_bytes_;
      const Patch right = encode_slice(slice);
      if (!std::ranges::equal(right.bytes, ByteView(block).subspan(at, slice_bytes_))) dirty_slices_.insert(slice);
    }
  }
  wrong_slices_ = dirty_slices_.size();
  for (std::uint64_t cluster = 0; cluster < used_.size(); cluster += per_block_) {
    const auto begin = used_.begin() + static_cast<std::ptrdiff_t>(cluster);
    const auto end =
        used_.begin() + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(cluster + per_block_, used_.size()));
    const std::uint64_t index = cluster / per_block_;
    const bool missing = index >= table_.size() || table_[index] == 0;
    if (!missing || std::find(begin, end, true) == end) continue;
    ++wrong_slices_;
    cover(cluster);
  }
  return {};
}

void Refcounts::mark(std::uint64_t cluster) {
  if (cluster >= used_.size()) used_.resize(cluster + 1);
  used_[cluster] = true;
  ++used_count_;
  dirty_slices_.insert(cluster / per_slice_);
}

void Refcounts::unmark(std::uint64_t cluster) {
  if (!is_used(cluster)) return;
  used_[cluster] = false;
  --used_count_;
  next_ = std::min(next_, cluster);
  dirty_slices_.insert(cluster / per_slice_);
}

/// The first free clusters in a row; marks them.
std::uint64_t Refcounts::take_free(std::uint64_t wanted, std::uint64_t& count) {
  while (is_used(next_)) ++next_;
  const std::uint64_t first = next_;
  count = 0;
  while (count < wanted && !is_used(first + count)) mark(first + count++);
  next_ = first + count;
  return first;
}

/// The refcount of `cluster` has its place: a block that says it, a table that names the block.
void Refcounts::cover(std::uint64_t cluster) {
  const std::uint64_t index = cluster / per_block_;
  if (index >= table_.size()) grow_table(index + 1);
  if (table_[index] != 0) return;
  std::uint64_t count = 0;
  const std::uint64_t block = take_free(1, count);
  table_[index] = block << cluster_bits_;
  dirty_table_.insert(index);
  const std::uint64_t slices = per_block_ / per_slice_;
  for (std::uint64_t i = 0; i < slices; ++i) dirty_slices_.insert(index * slices + i);
  cover(block);
}

void Refcounts::grow_table(std::uint64_t entries) {
  const std::uint64_t old_offset = table_offset_, old_clusters = table_clusters_;
  const std::uint64_t per_cluster = (std::uint64_t{1} << cluster_bits_) / 8;
  // Half as much again: what the new table and its blocks take must be covered too.
  table_clusters_ = std::max(old_clusters + old_clusters / 2 + 1, entries / per_cluster + 2);
  table_.resize(table_clusters_ * per_cluster);
  std::uint64_t first = used_.size();
  for (std::uint64_t i = 0; i < table_clusters_; ++i) mark(first + i);
  table_offset_ = first << cluster_bits_;
  table_moved_ = true;
  retire(old_offset, old_clusters << cluster_bits_);
  for (std::uint64_t i = 0; i < table_clusters_; ++i) cover(first + i);
}

Result<Refcounts::Run> Refcounts::allocate(std::uint64_t wanted, std::uint64_t limit) {
  if (limit != 0 && used_count_ >= limit) {
    return fail(ErrorKind::exhausted, "The disk's changes have reached the size that they may have.");
  }
  if (limit != 0) wanted = std::min(wanted, limit - used_count_);
  std::uint64_t count = 0;
  const std::uint64_t first = take_free(wanted, count);
  for (std::uint64_t i = 0; i < count; ++i) cover(first + i);
  return Run{first << cluster_bits_, count};
}

std::uint64_t Refcounts::allocate_whole(std::uint64_t wanted) {
  if (wanted == 1) return allocate(1, 0)->offset;
  const std::uint64_t first = used_.size();
  for (std::uint64_t i = 0; i < wanted; ++i) mark(first + i);
  for (std::uint64_t i = 0; i < wanted; ++i) cover(first + i);
  return first << cluster_bits_;
}

void Refcounts::give_back(std::uint64_t offset) { unmark(offset >> cluster_bits_); }

void Refcounts::retire(std::uint64_t offset, std::uint64_t length) {
  const std::uint64_t last = (offset + length - 1) >> cluster_bits_;
  for (std::uint64_t cluster = offset >> cluster_bits_; cluster <= last; ++cluster) retired_.push_back(cluster);
}

std::uint64_t Refcounts::place_of(std::uint64_t slice) const {
  const std::uint64_t byte = slice * slice_bytes_;
  return table_[byte >> cluster_bits_] + (byte & ((std::uint64_t{1} << cluster_bits_) - 1));
}

Patch Refcounts::encode_slice(std::uint64_t slice) const {
  Patch patch;
  patch.offset = place_of(slice);
  patch.bytes.reserve(slice_bytes_);
  ByteWriter out(patch.bytes);
  for (std::uint64_t cluster = slice * per_slice_; cluster < (slice + 1) * per_slice_; ++cluster) {
    std::uint32_t count = is_used(cluster) ? 1 : 0;
    if (count != 0 && !more_.empty()) {
      if (const auto found = more_.find(cluster); found != more_.end()) count += found->second;
    }
    out.u16(static_cast<std::uint16_t>(count));
  }
  return patch;
}

Refcounts::Writes Refcounts::take_writes() {
  Writes writes;
  for (const std::uint64_t slice : dirty_slices_) writes.contents.push_back(encode_slice(slice));
  dirty_slices_.clear();
  if (table_moved_) {
    Patch whole{table_offset_, {}};
    ByteWriter out(whole.bytes);
    for (const std::uint64_t entry : table_) out.u64(entry);
    writes.contents.push_back(std::move(whole));
    Bytes place;
    ByteWriter header(place);
    header.u64(table_offset_);
    header.u32(static_cast<std::uint32_t>(table_clusters_));
    writes.pointers.push_back({field::refcount_table_offset, std::move(place)});
    table_moved_ = false;
  } else {
    for (const std::uint64_t index : dirty_table_)
      writes.pointers.push_back({table_offset_ + index * 8, encode_u64(table_[index])});
  }
  dirty_table_.clear();
  return writes;
}

/// All of the table and every slice of the blocks concerned: it is rare, and right.
void Refcounts::put_back(const Writes& writes) {
  const std::uint64_t mask = (std::uint64_t{1} << cluster_bits_) - 1;
  for (const Patch& patch : writes.contents) {
    const auto block = std::ranges::find(table_, patch.offset & ~mask);
    if (block == table_.end()) continue;
    const auto index = static_cast<std::uint64_t>(block - table_.begin());
    dirty_slices_.insert(((index << cluster_bits_) + (patch.offset & mask)) / slice_bytes_);
  }
  for (const Patch& patch : writes.pointers) {
    if (patch.offset == field::refcount_table_offset)
      table_moved_ = true;
    else
      dirty_table_.insert((patch.offset - table_offset_) / 8);
  }
}

std::vector<std::uint64_t> Refcounts::take_retired() { return std::exchange(retired_, {}); }

void Refcounts::put_back_retired(std::vector<std::uint64_t> clusters) {
  retired_.insert(retired_.end(), clusters.begin(), clusters.end());
}

std::vector<std::uint64_t> Refcounts::settle(const std::vector<std::uint64_t>& clusters) {
  std::vector<std::uint64_t> free;
  for (const std::uint64_t cluster : clusters) {
    const auto others = more_.find(cluster);
    if (others != more_.end()) {
      if (--others->second == 0) more_.erase(others);
      dirty_slices_.insert(cluster / per_slice_);
      continue;
    }
    if (!is_used(cluster)) continue;
    unmark(cluster);
    free.push_back(cluster << cluster_bits_);
  }
  return free;
}

}  // namespace bootferry::images::qcow2
