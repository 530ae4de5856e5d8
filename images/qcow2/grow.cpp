// SPDX-License-Identifier: Apache-2.0
// Growing: the L1 table moves where it gets too short, by the same order as a flush; and looking whether somebody else
// has made the file's disk longer.
#include <algorithm>

#include "images/qcow2/open.hpp"
#include "images/qcow2/qcow2_device.hpp"

namespace bootferry::images::qcow2 {
namespace {

constexpr std::uint64_t max_l1_bytes = 32u << 20;

/// From the size on: what a move of the L1 table changes. Between the two: not encrypted.
Bytes encode_fields(std::uint64_t size, std::uint64_t l1_entries, std::uint64_t l1_offset) {
  Bytes fields;
  ByteWriter out(fields);
  out.u64(size);
  out.u32(0);
  out.u32(static_cast<std::uint32_t>(l1_entries));
  out.u64(l1_offset);
  return fields;
}

Bytes encode_l1(const std::vector<std::uint64_t>& entries, std::uint64_t bytes) {
  Bytes table;
  ByteWriter l1(table);
  for (const std::uint64_t entry : entries) l1.u64(entry == 0 ? 0 : entry | std::uint64_t{1} << 63);
  table.resize(bytes);
  return table;
}

}  // namespace

/// Where a write failed, nobody knows what the disk says: the old words again, or nothing is made durable any more
/// until the file is opened anew and says what it says.
Result<void> Qcow2Device::switch_header(ByteView fields, ByteView old_fields) {
  const auto write = [&](ByteView words) -> Result<void> {
    if (auto written = file_->write({field::size}, words); !written) return written;
    return file_->flush();
  };
  auto done = write(fields);
  if (!done && !write(old_fields)) torn_ = done.error();
  return done;
}

Result<void> Qcow2Device::grow(ByteCount size) {
  if (!refcounts_) return fail(ErrorKind::denied, "The disk is read-only.");
  if (size.value % block_size_ != 0) return fail(ErrorKind::invalid, "A disk is a whole number of blocks.");
  const std::lock_guard alone(flushing_);
  if (auto flushed = flush_all(); !flushed) return flushed;
  Lock lock(mutex_);
  if (size.value < size_) return fail(ErrorKind::invalid, "A disk cannot become shorter.");
  Header longer = header_;
  longer.size = size.value;
  const std::uint64_t old_entries = mapping_.l1().size();
  const std::uint64_t entries = std::max<std::uint64_t>(needed_l1_entries(longer), old_entries);
  if (entries * 8 > max_l1_bytes) return fail(ErrorKind::invalid, "A qcow2 disk cannot be so large.");

  const Bytes old_fields = encode_fields(size_, old_entries, l1_place_);
  if (entries == old_entries) {
    const Bytes fields = encode_fields(size.value, entries, l1_place_);
    if (auto done = switch_header(fields, old_fields); !done) return done;
    size_ = size.value;
    return {};
  }
  const std::uint64_t clusters = (entries * 8 + cluster_size_ - 1) / cluster_size_;
  const std::uint64_t place = refcounts_->allocate_whole(clusters);
  const Bytes table = encode_l1(mapping_.l1(), clusters * cluster_size_);
  const Refcounts::Writes counts = refcounts_->take_writes();
  const auto write_all = [&]() -> Result<void> {
    if (auto done = write_patches(counts.contents); !done) return done;
    if (auto done = file_->write({place}, table); !done) return done;
    if (auto done = file_->flush(); !done) return done;
    if (auto done = write_patches(counts.pointers); !done) return done;
    return file_->flush();
  };
  const auto give_back = [&] {
    for (std::uint64_t i = 0; i < clusters; ++i) refcounts_->give_back(place + i * cluster_size_);
  };
  if (auto done = write_all(); !done) {
    refcounts_->put_back(counts);
    give_back();
    return done;
  }
  if (auto done = switch_header(encode_fields(size.value, entries, place), old_fields); !done) {
    if (!torn_) give_back();
    return done;
  }
  refcounts_->retire(l1_place_, l1_bytes_);
  l1_place_ = place;
  l1_bytes_ = clusters * cluster_size_;
  mapping_.move_l1(place, entries);
  size_ = size.value;
  lock.unlock();
  [[maybe_unused]] const auto given_back =
      flush_all();  // the old table's space; it has grown whether that works or not
  return {};
}

/// A device that writes is the one that grows the file; the others find that its tables have moved.
Result<void> Qcow2Device::refresh_size() {
  if (refcounts_) return {};
  const auto header = read_header(*file_);
  if (!header) return std::unexpected(header.error());
  auto l1 = read_l1(*file_, *header);
  if (!l1) return std::unexpected(l1.error());
  const auto file_size = file_->size();
  if (!file_size) return std::unexpected(file_size.error());
  const std::lock_guard lock(mutex_);
  if (header->size <= size_ || header->cluster_bits != header_.cluster_bits) return {};
  mapping_.replace_l1(header->l1_offset, std::move(*l1));
  mapping_.set_file_size(file_size->value);
  size_ = header->size;
  return {};
}

}  // namespace bootferry::images::qcow2
