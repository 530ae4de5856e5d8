// SPDX-License-Identifier: Apache-2.0
// Flushing, in an order that leaves a right file at every moment: data and refcounts, then what points to refcounts,
// then mappings, then the refcounts of what was let go. A crash between leaves clusters that nobody uses, never one
// with two users.
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
  if (torn_) return std::unexpected(*torn_);
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
  watch_space(lock);
  return journal_.end_flush();
}

}  // namespace bootferry::images::qcow2
