// SPDX-License-Identifier: Apache-2.0
// The device itself: what its operations share. Private to this folder; open_device makes it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>

#include "images/qcow2/device.hpp"
#include "images/qcow2/epochs.hpp"
#include "images/qcow2/mapping.hpp"

namespace bootferry::images::qcow2 {

class Qcow2Device final : public Device {
 public:
  Qcow2Device(Files files, std::shared_ptr<BlockDevice> backing, const Options& options, Header header,
              std::vector<std::uint64_t> l1, std::unique_ptr<Refcounts> refcounts);
  /// Mappings that a killed process had noted, and what the disk says wrongly; before the first use.
  [[nodiscard]] Result<void> recover();

  /// In whole blocks: what is behind is nobody's.
  ByteCount size() const override {
    const std::uint64_t bytes = size_.load(std::memory_order_relaxed);
    return {bytes - bytes % block_size_};
  }
  std::uint32_t block_size() const override { return block_size_; }
  Capabilities capabilities() const override;
  Result<void> read(ByteCount offset, MutableByteView out) override;
  Result<TryRead> try_read(ByteCount offset, MutableByteView out) override;
  Result<void> write(ByteCount offset, ByteView data) override;
  Result<void> flush() override;
  Result<void> trim(ByteCount offset, ByteCount length) override { return zero(offset, length); }
  Result<void> zero(ByteCount offset, ByteCount length) override;
  Result<std::vector<Extent>> extents(ByteCount offset, ByteCount length) override;
  ByteCount used() const override;
  Result<void> grow(ByteCount size) override;
  Result<void> refresh_size() override;
  void set_limit(ByteCount limit, SpaceLow on_space_low) override;

 private:
  using Lock = std::unique_lock<std::mutex>;
  struct Located {
    Run run;
    std::size_t epoch = 0;
  };
  /// New clusters that replace what was there: `first` on the disk, `host` in the file.
  struct Fresh {
    std::uint64_t first = 0, host = 0, clusters = 0;
    Run head, tail;  ///< what the first and the last of them were
  };

  // read.cpp
  [[nodiscard]] Result<Run> locate(std::uint64_t offset, std::uint64_t length);
  [[nodiscard]] Result<Run> find_loaded(std::uint64_t offset, std::uint64_t length);
  [[nodiscard]] Result<void> read_run(const Run& run, std::uint64_t offset, MutableByteView out);
  [[nodiscard]] Result<void> read_backing(std::uint64_t offset, MutableByteView out);
  [[nodiscard]] Result<void> read_compressed(const Run& run, std::uint64_t inside, MutableByteView out);
  [[nodiscard]] Result<TryRead> try_run(const Run& run, std::uint64_t offset, MutableByteView out);
  [[nodiscard]] std::uint64_t backing_size() const { return backing_ ? backing_->size().value : 0; }
  [[nodiscard]] bool reads_zero(const Run& run, std::uint64_t offset) const {
    return run.kind == Kind::zero || (run.kind == Kind::unallocated && offset >= backing_size());
  }
  // write.cpp
  [[nodiscard]] Result<std::uint64_t> write_part(std::uint64_t offset, ByteView data);
  [[nodiscard]] Result<std::uint64_t> try_write_part(std::uint64_t offset, ByteView data);
  [[nodiscard]] Result<std::uint64_t> write_fresh(Lock& lock, std::uint64_t offset, ByteView data);
  [[nodiscard]] Result<Fresh> reserve(std::uint64_t offset, std::uint64_t length);
  [[nodiscard]] Result<void> fill(const Fresh& fresh, std::uint64_t offset, ByteView data);
  [[nodiscard]] Result<void> map(const Fresh& fresh);
  [[nodiscard]] Result<void> require_table(std::uint64_t offset);
  [[nodiscard]] Result<std::uint64_t> zero_part(std::uint64_t offset, std::uint64_t length, bool& noted);
  [[nodiscard]] Result<std::uint64_t> zero_clusters(std::uint64_t offset, std::uint64_t length, bool& noted);
  [[nodiscard]] Result<void> drop_mapping(std::uint64_t cluster, const Run& was);
  [[nodiscard]] bool is_busy(std::uint64_t offset) const { return busy_.contains(offset >> header_.cluster_bits); }
  // space.cpp
  [[nodiscard]] Result<void> check_limit() const;
  [[nodiscard]] std::uint64_t limit_clusters() const;
  void watch_space(Lock& lock);
  // flush.cpp
  [[nodiscard]] Result<void> flush_all();
  [[nodiscard]] Result<void> flush_when_full();
  [[nodiscard]] Result<void> write_patches(const std::vector<Patch>& patches);
  // grow.cpp
  [[nodiscard]] Result<void> switch_header(ByteView fields, ByteView old_fields);
  // recover.cpp
  [[nodiscard]] Result<std::vector<Note>> missing_of(const std::vector<Note>& notes);
  [[nodiscard]] Result<void> replay(const std::vector<Note>& notes, const std::set<std::uint64_t>& claimed);

  const std::unique_ptr<ByteFile> file_;
  const std::shared_ptr<BlockDevice> backing_;
  const Options options_;
  const Header header_;
  const std::uint64_t cluster_size_;
  const std::uint32_t block_size_;
  std::atomic<std::uint64_t> size_;
  std::uint64_t l1_place_, l1_bytes_;

  mutable std::mutex mutex_;  ///< of all below but epochs_; held for short
  Mapping mapping_;
  const std::unique_ptr<Refcounts> refcounts_;  ///< for writing only
  Journal journal_;
  std::set<std::uint64_t> busy_;  ///< guest clusters that are being filled
  std::condition_variable filled_;
  ByteCount limit_;
  SpaceLow on_space_low_;
  bool space_low_told_ = false;
  Epochs epochs_;
  std::mutex flushing_;        ///< taken before mutex_
  std::optional<Error> torn_;  ///< the header may say one thing or another: nothing more is made durable

  std::mutex unpacked_mutex_;
  std::uint64_t unpacked_host_ = ~std::uint64_t{0};
  std::shared_ptr<const Bytes> unpacked_;  ///< the last compressed cluster: readers come back for the rest of it
};

}  // namespace bootferry::images::qcow2
