// SPDX-License-Identifier: Apache-2.0
// A file in memory that a test can take the power from: what was written since the last flush is then lost, or kept,
// sector by sector as chance has it. `Disk` outlives the file objects on it, as a disk outlives a process.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>

#include "base/random.hpp"
#include "images/byte_file.hpp"

namespace bootferry::test {

class Disk {
 public:
  static constexpr std::size_t sector = 512;

  /// As a machine whose power goes: each sector written since the last flush is there or not.
  void cut_power(Random& random) {
    std::lock_guard lock(mutex_);
    durable_.resize(std::max(durable_.size(), seen_.size()));
    seen_.resize(durable_.size());
    for (std::size_t at = 0; at < seen_.size(); at += sector) {
      const std::size_t count = std::min(sector, seen_.size() - at);
      if (std::memcmp(seen_.data() + at, durable_.data() + at, count) == 0) continue;
      const bool kept = random.u32() % 2 == 0;
      std::memcpy((kept ? durable_ : seen_).data() + at, (kept ? seen_ : durable_).data() + at, count);
    }
  }
  /// The n-th write or flush from now fails (0: none), and all behind it too until this is called again.
  void fail_from(std::size_t nth) {
    std::lock_guard lock(mutex_);
    countdown_ = nth;
  }
  [[nodiscard]] Bytes bytes() const {
    std::lock_guard lock(mutex_);
    return seen_;
  }
  void set_bytes(Bytes bytes) {
    std::lock_guard lock(mutex_);
    seen_ = durable_ = std::move(bytes);
  }

 private:
  friend class VolatileFile;
  [[nodiscard]] Result<void> note() {
    if (countdown_ == 0) return {};
    if (countdown_ > 1) return --countdown_, Result<void>{};
    return fail(ErrorKind::exhausted, "the test's disk is full");
  }
  mutable std::mutex mutex_;
  Bytes seen_, durable_;
  std::size_t countdown_ = 0;
};

class VolatileFile final : public images::ByteFile {
 public:
  explicit VolatileFile(std::shared_ptr<Disk> disk) : disk_(std::move(disk)) {}

  Result<ByteCount> size() const override {
    std::lock_guard lock(disk_->mutex_);
    return ByteCount{disk_->seen_.size()};
  }
  Result<void> read(ByteCount offset, MutableByteView out) override {
    std::lock_guard lock(disk_->mutex_);
    const std::size_t end = disk_->seen_.size();
    const std::size_t there = offset.value >= end ? 0 : std::min<std::size_t>(out.size(), end - offset.value);
    std::ranges::fill(out, 0);
    if (there != 0) std::memcpy(out.data(), disk_->seen_.data() + offset.value, there);
    return {};
  }
  Result<images::TryRead> try_read(ByteCount offset, MutableByteView out) override {
    auto done = read(offset, out);
    return done ? Result<images::TryRead>(images::TryRead::done) : std::unexpected(done.error());
  }
  Result<void> write(ByteCount offset, ByteView data) override {
    std::lock_guard lock(disk_->mutex_);
    if (auto failed = disk_->note(); !failed) return failed;
    if (disk_->seen_.size() < offset.value + data.size()) disk_->seen_.resize(offset.value + data.size());
    if (!data.empty()) std::memcpy(disk_->seen_.data() + offset.value, data.data(), data.size());
    return {};
  }
  Result<void> flush() override {
    std::lock_guard lock(disk_->mutex_);
    if (auto failed = disk_->note(); !failed) return failed;
    disk_->durable_ = disk_->seen_;
    return {};
  }
  void discard(ByteCount offset, ByteCount length) override {
    std::lock_guard lock(disk_->mutex_);
    const std::size_t end = std::min<std::size_t>(offset.value + length.value, disk_->seen_.size());
    if (offset.value < end)
      std::fill(disk_->seen_.begin() + static_cast<std::ptrdiff_t>(offset.value),
                disk_->seen_.begin() + static_cast<std::ptrdiff_t>(end), 0xdd);
  }
  Result<void> truncate(ByteCount size) override {
    std::lock_guard lock(disk_->mutex_);
    disk_->seen_.resize(size.value);
    return {};
  }

 private:
  const std::shared_ptr<Disk> disk_;
};

}  // namespace bootferry::test
