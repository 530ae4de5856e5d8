// SPDX-License-Identifier: Apache-2.0
// Writing: in place where a cluster is there; else new clusters are reserved under the lock, filled outside of it, and
// mapped under it again. Others who want the same clusters meanwhile wait.
#include <algorithm>

#include "images/qcow2/qcow2_device.hpp"
#include "images/range_check.hpp"

namespace bootferry::images::qcow2 {
namespace {

constexpr std::uint64_t max_fresh_bytes = 8u << 20;

}  // namespace

Result<void> Qcow2Device::write(ByteCount offset, ByteView data) {
  if (auto checked = check_change(*this, offset, data.size()); !checked) return checked;
  while (!data.empty()) {
    const auto written = write_part(offset.value, data);
    if (!written) return std::unexpected(written.error());
    data = data.subspan(*written);
    offset += {*written};
  }
  return flush_when_full();
}

/// What was trimmed is free after a flush: no write fails for want of room that is about to be given back.
Result<std::uint64_t> Qcow2Device::write_part(std::uint64_t offset, ByteView data) {
  auto written = try_write_part(offset, data);
  if (written || written.error().kind != ErrorKind::exhausted) return written;
  const std::lock_guard alone(flushing_);
  if (auto flushed = flush_all(); !flushed) return written;
  return try_write_part(offset, data);
}

Result<std::uint64_t> Qcow2Device::try_write_part(std::uint64_t offset, ByteView data) {
  Lock lock(mutex_);
  filled_.wait(lock, [&] { return !is_busy(offset); });
  const auto run = locate(offset, data.size());
  if (!run) return std::unexpected(run.error());
  if (run->kind != Kind::data) return write_fresh(lock, offset, data);
  const std::size_t epoch = epochs_.enter();
  lock.unlock();
  const auto done = file_->write({run->host}, data.first(run->length));
  epochs_.leave(epoch);
  if (!done) return std::unexpected(done.error());
  return run->length;
}

Result<std::uint64_t> Qcow2Device::write_fresh(Lock& lock, std::uint64_t offset, ByteView data) {
  const auto fresh = reserve(offset, data.size());
  if (!fresh) return std::unexpected(fresh.error());
  const std::uint64_t first = fresh->first >> header_.cluster_bits;
  for (std::uint64_t i = 0; i < fresh->clusters; ++i) busy_.insert(first + i);
  const std::size_t epoch = epochs_.enter();
  lock.unlock();
  const std::uint64_t end = std::min(offset + data.size(), fresh->first + fresh->clusters * cluster_size_);
  auto done = fill(*fresh, offset, data.first(end - offset));
  epochs_.leave(epoch);
  lock.lock();
  for (std::uint64_t i = 0; i < fresh->clusters; ++i) busy_.erase(first + i);
  if (done) done = map(*fresh);
  if (!done) {
    for (std::uint64_t i = 0; i < fresh->clusters; ++i) refcounts_->give_back(fresh->host + i * cluster_size_);
  }
  filled_.notify_all();
  if (!done) return std::unexpected(done.error());
  watch_space(lock);
  return end - offset;
}

/// Clusters for what is not there yet of `length` bytes at `offset`, as far as one slice of the mapping goes.
Result<Qcow2Device::Fresh> Qcow2Device::reserve(std::uint64_t offset, std::uint64_t length) {
  Fresh fresh;
  fresh.first = offset - offset % cluster_size_;
  if (auto good = check_limit(); !good) return std::unexpected(good.error());
  if (auto good = require_table(fresh.first); !good) return std::unexpected(good.error());
  auto run = find_loaded(fresh.first, cluster_size_);
  if (!run) return std::unexpected(run.error());
  fresh.head = *run;
  const std::uint64_t slice_end = fresh.first - fresh.first % mapping_.slice_span() + mapping_.slice_span();
  const std::uint64_t end = std::min(offset + std::min(length, max_fresh_bytes), slice_end);
  std::uint64_t wanted = 1;
  for (std::uint64_t at = fresh.first + cluster_size_; at < end; at += cluster_size_) {
    if (is_busy(at)) break;
    const auto next = mapping_.find(at, cluster_size_);
    if (!next || !*next || (*next)->kind == Kind::data) break;
    ++wanted;
  }
  const auto host = refcounts_->allocate(wanted, limit_clusters());
  if (!host) return std::unexpected(host.error());
  fresh.host = host->offset;
  fresh.clusters = host->clusters;
  const auto tail = mapping_.find(fresh.first + (fresh.clusters - 1) * cluster_size_, cluster_size_);  // just seen
  fresh.tail = tail && *tail ? **tail : fresh.head;
  return fresh;
}

/// What the new data leaves of the first and the last cluster keeps its old bytes.
Result<void> Qcow2Device::fill(const Fresh& fresh, std::uint64_t offset, ByteView data) {
  const std::uint64_t before = offset - fresh.first;
  const std::uint64_t end = offset + data.size();
  const std::uint64_t fresh_end = fresh.first + fresh.clusters * cluster_size_;
  const auto keep = [&](const Run& was, std::uint64_t from, std::uint64_t length) -> Result<void> {
    if (length == 0) return {};
    Bytes old(length);
    Run part = was;
    if (auto read = read_run(part, from, old); !read) return read;
    return file_->write({fresh.host + (from - fresh.first)}, old);
  };
  if (auto kept = keep(fresh.head, fresh.first, before); !kept) return kept;
  if (auto written = file_->write({fresh.host + before}, data); !written) return written;
  return keep(fresh.tail, end, fresh_end - end);
}

/// With the lock held. Noted first: a server that is killed from here on has not lost it.
Result<void> Qcow2Device::map(const Fresh& fresh) {
  // The slice may have left the cache meanwhile. One holds them all: reserve() saw to that.
  if (auto run = find_loaded(fresh.first, cluster_size_); !run) return std::unexpected(run.error());
  if (auto noted = journal_.add({Note::What::data, fresh.first, fresh.host, fresh.clusters}); !noted) return noted;
  for (std::uint64_t i = 0; i < fresh.clusters; ++i) {
    const std::uint64_t at = fresh.first + i * cluster_size_;
    const auto was = mapping_.find(at, cluster_size_);
    if (was && *was && (*was)->kind == Kind::compressed) refcounts_->retire((*was)->host, (*was)->compressed_length);
    mapping_.set_data(at, fresh.host + i * cluster_size_);
  }
  return {};
}

/// With the lock held. Its zeros are written at once, which also takes its space of the disk below.
Result<void> Qcow2Device::require_table(std::uint64_t offset) {
  if (mapping_.has_table(offset)) return {};
  const std::uint64_t place = refcounts_->allocate_whole(1);
  if (auto written = file_->write({place}, Bytes(cluster_size_)); !written) {
    refcounts_->give_back(place);
    return written;
  }
  mapping_.add_table(offset, place);
  return {};
}

// ---- zeros

Result<void> Qcow2Device::zero(ByteCount offset, ByteCount length) {
  if (auto checked = check_change(*this, offset, length.value); !checked) return checked;
  const std::uint64_t end = offset.value + length.value;
  for (std::uint64_t at = offset.value; at < end;) {
    bool noted = true;
    const auto done = zero_part(at, end - at, noted);
    if (!done) return std::unexpected(done.error());
    at += *done;
    // Where the disk is so full that not even a note fits, giving back must work all the same.
    if (!noted) {
      if (auto flushed = flush(); !flushed) return flushed;
    }
    if (auto room = flush_when_full(); !room) return room;
  }
  return {};
}

Result<std::uint64_t> Qcow2Device::zero_part(std::uint64_t offset, std::uint64_t length, bool& noted) {
  Lock lock(mutex_);
  filled_.wait(lock, [&] { return !is_busy(offset); });
  const std::uint64_t inside = offset % cluster_size_;
  const bool to_the_end = offset + length == size().value;  // what is behind the disk is nobody's
  if (inside == 0 && (length >= cluster_size_ || to_the_end)) return zero_clusters(offset, length, noted);
  const std::uint64_t part = std::min(length, cluster_size_ - inside);
  const auto run = locate(offset, part);
  if (!run) return std::unexpected(run.error());
  if (reads_zero(*run, offset)) return run->length;
  lock.unlock();
  const Bytes zeros(run->length);
  if (auto written = write_part(offset, zeros); !written) return written;
  return run->length;
}

/// With the lock held: whole clusters, as far as one slice of the mapping goes.
Result<std::uint64_t> Qcow2Device::zero_clusters(std::uint64_t offset, std::uint64_t length, bool& noted) {
  const auto first = locate(offset, length);
  if (!first) return std::unexpected(first.error());
  if (reads_zero(*first, offset)) {
    const std::uint64_t whole = first->length - first->length % cluster_size_;
    return whole != 0 ? whole : first->length;
  }
  if (auto good = require_table(offset); !good) return std::unexpected(good.error());
  if (auto loaded = find_loaded(offset, cluster_size_); !loaded) return std::unexpected(loaded.error());
  std::vector<std::pair<std::uint64_t, Run>> changes;
  std::uint64_t at = offset;
  for (; at < offset + length; at += cluster_size_) {
    const bool whole = offset + length - at >= cluster_size_ || offset + length == size().value;
    if (!whole || is_busy(at) || at / mapping_.slice_span() != offset / mapping_.slice_span()) break;
    const auto run = mapping_.find(at, cluster_size_);
    if (!run) return std::unexpected(run.error());
    if (!*run) break;
    changes.emplace_back(at, **run);
  }
  for (const auto& [cluster, was] : changes) {
    if (reads_zero(was, cluster)) continue;
    const auto what = cluster < backing_size() ? Note::What::zero : Note::What::unallocated;
    const auto added = journal_.add({what, cluster, 0, 1});
    if (!added && added.error().kind != ErrorKind::exhausted) return std::unexpected(added.error());
    if (!added) noted = false;
    if (auto dropped = drop_mapping(cluster, was); !dropped) return std::unexpected(dropped.error());
  }
  return std::min(at, offset + length) - offset;
}

/// With the lock held and its slice in memory: reads as zeros from here on.
Result<void> Qcow2Device::drop_mapping(std::uint64_t cluster, const Run& was) {
  if (was.kind == Kind::data) refcounts_->retire(was.host, cluster_size_);
  if (was.kind == Kind::compressed) refcounts_->retire(was.host, was.compressed_length);
  if (cluster < backing_size())
    mapping_.set_zero(cluster);
  else
    mapping_.set_unallocated(cluster);
  return {};
}

}  // namespace bootferry::images::qcow2
