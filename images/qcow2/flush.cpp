// SPDX-License-Identifier: Apache-2.0
// Flushing, in an order that leaves a right file at every moment: data and refcounts, then what points to refcounts,
// then mappings, then the refcounts of what was let go. A crash between leaves clusters that nobody uses, never one
// with two users. Also growing, which moves the L1 table by the same order.
#include <algorithm>

#include "images/qcow2/qcow2_device.hpp"

namespace bootferry::images::qcow2 {
namespace {

constexpr std::uint64_t max_notes = 8u << 20;

}  // namespace

Result<void> Qcow2Device::flush() {
  if (!refcounts_) return {};
  const std::lock_guard alone(flushing_);
  return flush_all();
}

/// Dirty mappings cannot leave the cache: they are written before they fill it.
Result<void> Qcow2Device::flush_when_full() {
  {
    const std::lock_guard lock(mutex_);
    if (mapping_.dirty_bytes() <= options_.cached_bytes / 2 && journal_.size() <= max_notes) return {};
  }
  return flush();
}

Result<void> Qcow2Device::write_patches(const std::vector<Patch>& patches) {
  for (const Patch& patch : patches) {
    if (auto written = file_->write({patch.offset}, patch.bytes); !written) return written;
  }
  return {};
}

Result<void> Qcow2Device::flush_all() {
  Lock lock(mutex_);
  const Refcounts::Writes counts = refcounts_->take_writes();
  const Mapping::Writes maps = mapping_.take_writes();
  const std::vector<std::uint64_t> retired = refcounts_->take_retired();
  journal_.begin_flush();
  lock.unlock();

  const auto write_all = [&]() -> Result<void> {
    if (auto done = write_patches(counts.contents); !done) return done;
    if (auto done = write_patches(maps.new_tables); !done) return done;
    if (auto done = file_->flush(); !done) return done;
    if (!counts.pointers.empty()) {
      if (auto done = write_patches(counts.pointers); !done) return done;
      if (auto done = file_->flush(); !done) return done;
    }
    if (maps.entries.empty()) return {};
    if (auto done = write_patches(maps.entries); !done) return done;
    return file_->flush();
  };
  const auto done = write_all();
  if (!done) {
    lock.lock();
    refcounts_->put_back(counts);
    refcounts_->put_back_retired(retired);
    mapping_.put_back(maps);
    return done;
  }
  if (!retired.empty()) epochs_.drain();

  lock.lock();
  mapping_.on_written(maps);
  const auto free = refcounts_->settle(retired);
  const Refcounts::Writes freed = retired.empty() ? Refcounts::Writes{} : refcounts_->take_writes();
  for (const std::uint64_t cluster : free) file_->discard({cluster}, {cluster_size_});
  // Not before their mappings are gone; lost by a crash, it costs space. What others changed meanwhile is among it, so
  // pointers wait for the next flush, which syncs before them.
  const bool told = write_patches(freed.contents).has_value();
  refcounts_->put_back({told ? std::vector<Patch>{} : freed.contents, freed.pointers});
  return journal_.end_flush();
}

Result<void> Qcow2Device::grow(ByteCount size) {
  if (!refcounts_) return fail(ErrorKind::denied, "The disk is read-only.");
  if (size.value % 512 != 0) return fail(ErrorKind::invalid, "A disk is a whole number of sectors.");
  const std::lock_guard alone(flushing_);
  if (auto flushed = flush_all(); !flushed) return flushed;
  const std::lock_guard lock(mutex_);
  if (size.value < size_) return fail(ErrorKind::invalid, "A disk cannot become shorter.");
  Header longer = header_;
  longer.size = size.value;
  const std::uint64_t entries = std::max<std::uint64_t>(needed_l1_entries(longer), mapping_.l1().size());
  if (entries * 8 > (32u << 20)) return fail(ErrorKind::invalid, "A qcow2 disk cannot be so large.");

  Bytes fields;
  ByteWriter out(fields);
  out.u64(size.value);
  if (entries == mapping_.l1().size()) {
    if (auto written = file_->write({field::size}, fields); !written) return written;
    if (auto flushed = file_->flush(); !flushed) return flushed;
    size_ = size.value;
    return {};
  }
  const std::uint64_t clusters = (entries * 8 + cluster_size_ - 1) / cluster_size_;
  const std::uint64_t place = refcounts_->allocate_whole(clusters);
  Bytes table;
  ByteWriter l1(table);
  for (const std::uint64_t entry : mapping_.l1()) l1.u64(entry == 0 ? 0 : entry | std::uint64_t{1} << 63);
  table.resize(clusters * cluster_size_);
  const Refcounts::Writes counts = refcounts_->take_writes();
  out.u32(0);  // not encrypted: between the size and the L1 table's own fields
  out.u32(static_cast<std::uint32_t>(entries));
  out.u64(place);
  const auto write_all = [&]() -> Result<void> {
    if (auto done = write_patches(counts.contents); !done) return done;
    if (auto done = file_->write({place}, table); !done) return done;
    if (auto done = file_->flush(); !done) return done;
    if (auto done = write_patches(counts.pointers); !done) return done;
    return file_->flush();
  };
  if (auto done = write_all(); !done) {
    refcounts_->put_back(counts);
    for (std::uint64_t i = 0; i < clusters; ++i) refcounts_->give_back(place + i * cluster_size_);
    return done;
  }
  // From here on the header may name the new table: should this fail, its clusters are lost rather than used twice.
  if (auto written = file_->write({field::size}, fields); !written) return written;
  if (auto flushed = file_->flush(); !flushed) return flushed;
  refcounts_->retire(l1_place_, l1_bytes_);
  l1_place_ = place;
  l1_bytes_ = clusters * cluster_size_;
  mapping_.move_l1(place, entries);
  size_ = size.value;
  return {};
}

}  // namespace bootferry::images::qcow2
