// SPDX-License-Identifier: Apache-2.0
// A disk in memory: what tests and fuzzers stand on, and a RAM disk. Thread-safe by one lock.
#pragma once

#include <shared_mutex>

#include "images/block_device.hpp"

namespace bootferry::images {

class MemoryDevice final : public BlockDevice {
 public:
  explicit MemoryDevice(ByteCount size, std::uint32_t block_size = 512);

  ByteCount size() const override { return {bytes_.size()}; }
  std::uint32_t block_size() const override { return block_size_; }
  Capabilities capabilities() const override;
  Result<void> read(ByteCount offset, MutableByteView out) override;
  Result<void> write(ByteCount offset, ByteView data) override;
  Result<void> flush() override { return {}; }
  Result<void> trim(ByteCount offset, ByteCount length) override;
  Result<void> zero(ByteCount offset, ByteCount length) override;
  Result<std::vector<Extent>> extents(ByteCount offset, ByteCount length) override;
  Result<TryRead> try_read(ByteCount offset, MutableByteView out) override;

 private:
  void mark(ByteCount offset, std::uint64_t length, bool allocated);

  const std::uint32_t block_size_;
  mutable std::shared_mutex mutex_;
  Bytes bytes_;
  std::vector<bool> allocated_;  ///< one for each block
};

}  // namespace bootferry::images
