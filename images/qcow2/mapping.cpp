// SPDX-License-Identifier: Apache-2.0
#include "images/qcow2/mapping.hpp"

#include <algorithm>
#include <bit>

#include "images/qcow2/encoding.hpp"

namespace bootferry::images::qcow2 {
namespace {

constexpr std::uint64_t copied_flag = std::uint64_t{1} << 63, compressed_flag = std::uint64_t{1} << 62, zero_flag = 1;
constexpr std::uint32_t subclusters = 32;

std::uint64_t decode_u64(ByteView bytes) { return ByteReader(bytes).u64(); }

}  // namespace

Mapping::Mapping(const Header& header, std::vector<std::uint64_t> l1, std::size_t cached_bytes)
    : cluster_bits_(header.cluster_bits),
      entry_size_(header.l2_entry_size()),
      table_bits_(static_cast<std::uint32_t>(std::countr_zero(header.l2_entries()))),
      cluster_size_(header.cluster_size()),
      slice_bytes_(std::min(header.cluster_size(), slice_limit)),
      zeroes_(header.version >= 3),
      extended_(header.extended_l2),
      max_slices_(std::max<std::size_t>(cached_bytes / slice_bytes_, 8)),
      l1_offset_(header.l1_offset),
      l1_(std::move(l1)) {}

std::uint64_t Mapping::slice_of(std::uint64_t offset) const {
  const std::uint64_t byte = entry_index(offset) * entry_size_;
  return l1_[l1_index(offset)] + byte / slice_bytes_ * slice_bytes_;
}

Result<std::optional<Run>> Mapping::find(std::uint64_t offset, std::uint64_t length) {
  const std::uint64_t table_span = cluster_size_ << table_bits_;
  if (l1_[l1_index(offset)] == 0) {
    return Run{Kind::unallocated, std::min(length, table_span - offset % table_span), 0, 0};
  }
  const auto found = slices_.find(slice_of(offset));
  if (found == slices_.end()) return std::nullopt;
  found->second.used = true;
  auto run = decode_entry(found->second, offset);
  if (!run) return std::unexpected(run.error());
  // On through this slice while it is more of the same.
  const std::uint64_t slice_end = offset - offset % slice_span() + slice_span();
  while (run->kind != Kind::compressed && run->length < length && offset + run->length < slice_end) {
    const auto next = decode_entry(found->second, offset + run->length);
    if (!next) break;  // told when it is asked for
    if (next->kind != run->kind || (run->kind == Kind::data && next->host != run->host + run->length)) break;
    run->length += next->length;
  }
  run->length = std::min(run->length, length);
  return *run;
}

Result<Run> Mapping::decode_entry(const Slice& slice, std::uint64_t offset) const {
  const std::uint64_t at = entry_index(offset) * entry_size_ % slice_bytes_;
  const std::uint64_t entry = decode_u64(ByteView(slice.bytes).subspan(at, 8));
  const std::uint64_t inside = offset % cluster_size_;
  if ((entry & compressed_flag) != 0) return decode_compressed(entry, offset);
  if (extended_) return decode_extended(entry, decode_u64(ByteView(slice.bytes).subspan(at + 8, 8)), offset);
  if (zeroes_ && (entry & zero_flag) != 0) return Run{Kind::zero, cluster_size_ - inside, 0, 0};
  const std::uint64_t host = entry & offset_mask;
  if (host == 0) return Run{Kind::unallocated, cluster_size_ - inside, 0, 0};
  if (host % cluster_size_ != 0 || host >= file_size_) return damaged("a cluster does not lie inside the file");
  return Run{Kind::data, cluster_size_ - inside, host + inside, 0};
}

/// 32 subclusters with two bits each: allocated in the low half, zero in the high half.
Result<Run> Mapping::decode_extended(std::uint64_t entry, std::uint64_t bitmap, std::uint64_t offset) const {
  const std::uint64_t host = entry & offset_mask;
  const std::uint64_t part_size = cluster_size_ / subclusters;
  const std::uint64_t inside = offset % cluster_size_;
  if (host % cluster_size_ != 0 || (host != 0 && host >= file_size_))
    return damaged("a cluster does not lie inside the file");
  const auto kind_of = [&](std::uint64_t part) {
    if ((bitmap >> (part + subclusters) & 1) != 0) return Kind::zero;
    return (bitmap >> part & 1) != 0 ? Kind::data : Kind::unallocated;
  };
  const Kind kind = kind_of(inside / part_size);
  if (kind == Kind::data && host == 0) return damaged("a subcluster has no place");
  std::uint64_t end = (inside / part_size + 1) * part_size;
  while (end < cluster_size_ && kind_of(end / part_size) == kind) end += part_size;
  return Run{kind, end - inside, kind == Kind::data ? host + inside : 0, 0};
}

Result<Run> Mapping::decode_compressed(std::uint64_t entry, std::uint64_t offset) const {
  const std::uint32_t split = 62 - (cluster_bits_ - 8);
  const std::uint64_t host = entry & ((std::uint64_t{1} << split) - 1);
  const std::uint64_t sectors = (entry >> split & ((std::uint64_t{1} << (62 - split)) - 1)) + 1;
  if (host >= file_size_) return damaged("a compressed cluster does not lie inside the file");
  return Run{Kind::compressed, cluster_size_ - offset % cluster_size_, host, sectors * 512 - host % 512};
}

void Mapping::insert(std::uint64_t place, Bytes bytes) {
  if (slices_.contains(place)) return;
  make_room();
  Slice slice;
  slice.bytes = std::move(bytes);
  slices_.emplace(place, std::move(slice));
  order_.push_back(place);
}

/// The clock's hand passes over what was used since its last round, and over what is not on the disk yet.
void Mapping::make_room() {
  for (std::size_t looked = 0; slices_.size() >= max_slices_ && looked < 2 * order_.size(); ++looked) {
    if (hand_ >= order_.size()) hand_ = 0;
    const auto slice = slices_.find(order_[hand_]);
    if (slice->second.dirty || slice->second.pinned) {
      ++hand_;
    } else if (std::exchange(slice->second.used, false)) {
      ++hand_;
    } else {
      slices_.erase(slice);
      order_[hand_] = order_.back();
      order_.pop_back();
    }
  }
}

void Mapping::add_table(std::uint64_t offset, std::uint64_t place) {
  const std::uint64_t index = l1_index(offset);
  l1_[index] = place;
  new_tables_.push_back(place);
  dirty_l1_.push_back(index);
  insert(slice_of(offset), Bytes(slice_bytes_));
}

void Mapping::set_entry(std::uint64_t offset, std::uint64_t entry) {
  Slice& slice = slices_.at(slice_of(offset));
  const std::uint64_t at = entry_index(offset) * entry_size_ % slice_bytes_;
  const Bytes raw = encode_u64(entry);
  std::ranges::copy(raw, slice.bytes.begin() + static_cast<std::ptrdiff_t>(at));
  slice.used = true;
  if (!std::exchange(slice.dirty, true)) ++dirty_count_;
}

void Mapping::set_data(std::uint64_t offset, std::uint64_t host) { set_entry(offset, host | copied_flag); }
void Mapping::set_zero(std::uint64_t offset) { set_entry(offset, zero_flag); }
void Mapping::set_unallocated(std::uint64_t offset) { set_entry(offset, 0); }

Mapping::Writes Mapping::take_writes() {
  Writes writes;
  for (auto& [place, slice] : slices_) {
    if (!slice.dirty) continue;
    slice.dirty = false;
    slice.pinned = true;
    writes.slices.push_back(place);
    const bool of_new = std::ranges::find(new_tables_, place & ~(cluster_size_ - 1)) != new_tables_.end();
    (of_new ? writes.new_tables : writes.entries).push_back({place, slice.bytes});
  }
  dirty_count_ = 0;
  for (const std::uint64_t index : dirty_l1_)
    writes.entries.push_back({l1_offset_ + index * 8, encode_u64(l1_[index] | copied_flag)});
  dirty_l1_.clear();
  new_tables_.clear();
  return writes;
}

void Mapping::put_back(const Writes& writes) {
  for (const std::uint64_t place : writes.slices) {
    Slice& slice = slices_.at(place);
    slice.pinned = false;
    if (!std::exchange(slice.dirty, true)) ++dirty_count_;
  }
  for (const Patch& patch : writes.entries) {
    if (patch.bytes.size() != 8) continue;
    const std::uint64_t index = (patch.offset - l1_offset_) / 8;
    dirty_l1_.push_back(index);
    new_tables_.push_back(l1_[index]);
  }
}

void Mapping::on_written(const Writes& writes) {
  for (const std::uint64_t place : writes.slices) slices_.at(place).pinned = false;
}

void Mapping::move_l1(std::uint64_t offset, std::uint64_t entries) {
  l1_offset_ = offset;
  l1_.resize(entries);
}

}  // namespace bootferry::images::qcow2
