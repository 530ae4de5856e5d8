// SPDX-License-Identifier: Apache-2.0
// Reading: where the bytes lie is asked under the lock, they are fetched outside of it.
#include <algorithm>
#include <cstring>

#include "images/qcow2/compressed.hpp"
#include "images/qcow2/qcow2_device.hpp"
#include "images/range_check.hpp"

namespace bootferry::images::qcow2 {

/// With the lock held. A slice that is not in memory is read under it: rare, for one covers 32 MiB.
Result<Run> Qcow2Device::find_loaded(std::uint64_t offset, std::uint64_t length) {
  auto found = mapping_.find(offset, length);
  if (!found) return std::unexpected(found.error());
  if (*found) return **found;
  Bytes slice(mapping_.slice_size());
  const std::uint64_t place = mapping_.slice_of(offset);
  if (auto read = file_->read({place}, slice); !read) return std::unexpected(read.error());
  mapping_.insert(place, std::move(slice));
  found = mapping_.find(offset, length);
  if (!found) return std::unexpected(found.error());
  return **found;
}

/// The longest run at `offset`, over the edges of tables: what is unallocated is one read of the disk below.
Result<Run> Qcow2Device::locate(std::uint64_t offset, std::uint64_t length) {
  auto run = find_loaded(offset, length);
  while (run && run->kind != Kind::compressed && run->length < length) {
    const auto next = mapping_.find(offset + run->length, length - run->length);
    if (!next || !*next || (*next)->kind != run->kind) break;
    if (run->kind == Kind::data && (*next)->host != run->host + run->length) break;
    run->length += (*next)->length;
  }
  return run;
}

Result<void> Qcow2Device::read(ByteCount offset, MutableByteView out) {
  if (auto checked = check_range(*this, offset, out.size()); !checked) return checked;
  while (!out.empty()) {
    Lock lock(mutex_);
    const auto run = locate(offset.value, out.size());
    if (!run) return std::unexpected(run.error());
    const std::size_t epoch = epochs_.enter();
    lock.unlock();
    const auto done = read_run(*run, offset.value, out.first(run->length));
    epochs_.leave(epoch);
    if (!done) return done;
    out = out.subspan(run->length);
    offset += {run->length};
  }
  return {};
}

Result<void> Qcow2Device::read_run(const Run& run, std::uint64_t offset, MutableByteView out) {
  switch (run.kind) {
    case Kind::unallocated:
      return read_backing(offset, out);
    case Kind::zero:
      std::memset(out.data(), 0, out.size());
      return {};
    case Kind::data:
      return file_->read({run.host}, out);
    case Kind::compressed:
      return read_compressed(run, offset % cluster_size_, out);
  }
  return {};
}

/// The disk below may be shorter: zeros follow.
Result<void> Qcow2Device::read_backing(std::uint64_t offset, MutableByteView out) {
  const std::uint64_t end = backing_size();
  const std::size_t there = offset >= end ? 0 : std::min<std::uint64_t>(out.size(), end - offset);
  std::memset(out.data() + there, 0, out.size() - there);
  return there == 0 ? Result<void>{} : backing_->read({offset}, out.first(there));
}

Result<void> Qcow2Device::read_compressed(const Run& run, std::uint64_t inside, MutableByteView out) {
  std::shared_ptr<const Bytes> cluster;
  {
    const std::lock_guard lock(unpacked_mutex_);
    if (unpacked_host_ == run.host) cluster = unpacked_;
  }
  if (!cluster) {
    Bytes packed(run.compressed_length);
    if (auto read = file_->read({run.host}, packed); !read) return read;
    auto fresh = std::make_shared<Bytes>(cluster_size_);
    if (auto good = unpack_cluster(header_.compression, packed, *fresh); !good) return good;
    cluster = fresh;
    const std::lock_guard lock(unpacked_mutex_);
    unpacked_host_ = run.host;
    unpacked_ = cluster;
  }
  std::memcpy(out.data(), cluster->data() + inside, out.size());
  return {};
}

Result<TryRead> Qcow2Device::try_read(ByteCount offset, MutableByteView out) {
  if (auto checked = check_range(*this, offset, out.size()); !checked) return std::unexpected(checked.error());
  while (!out.empty()) {
    Lock lock(mutex_, std::try_to_lock);
    if (!lock) return TryRead::would_block;
    const auto run = mapping_.find(offset.value, out.size());
    if (!run || !*run) return TryRead::would_block;
    const std::size_t epoch = epochs_.enter();
    lock.unlock();
    const auto done = try_run(**run, offset.value, out.first((*run)->length));
    epochs_.leave(epoch);
    if (!done || *done == TryRead::would_block) return TryRead::would_block;
    out = out.subspan((*run)->length);
    offset += {(*run)->length};
  }
  return TryRead::done;
}

Result<TryRead> Qcow2Device::try_run(const Run& run, std::uint64_t offset, MutableByteView out) {
  if (run.kind == Kind::compressed) return TryRead::would_block;
  if (run.kind == Kind::data) return file_->try_read({run.host}, out);
  if (run.kind == Kind::zero || offset >= backing_size()) {
    std::memset(out.data(), 0, out.size());
    return TryRead::done;
  }
  if (backing_size() - offset < out.size()) return TryRead::would_block;
  return backing_->try_read({offset}, out);
}

Result<std::vector<Extent>> Qcow2Device::extents(ByteCount offset, ByteCount length) {
  if (auto checked = check_range(*this, offset, length.value); !checked) return std::unexpected(checked.error());
  std::vector<Extent> found;
  const auto add = [&](Extent extent) {
    if (!found.empty() && found.back().allocated == extent.allocated)
      found.back().length += extent.length;
    else
      found.push_back(extent);
  };
  const std::uint64_t end = offset.value + length.value;
  for (std::uint64_t at = offset.value; at < end;) {
    Lock lock(mutex_);
    const auto run = locate(at, end - at);
    lock.unlock();
    if (!run) return std::unexpected(run.error());
    const std::uint64_t below = at < backing_size() ? std::min(run->length, backing_size() - at) : 0;
    if (run->kind == Kind::unallocated && below != 0) {
      auto lower = backing_->extents({at}, {below});
      if (!lower) return lower;
      for (const Extent& extent : *lower) add(extent);
      if (below < run->length) add({{at + below}, {run->length - below}, false});
    } else {
      add({{at}, {run->length}, run->kind == Kind::data || run->kind == Kind::compressed});
    }
    at += run->length;
  }
  return found;
}

}  // namespace bootferry::images::qcow2
