// SPDX-License-Identifier: Apache-2.0
// A disk whose space is reserved: nothing gives it back. Thread-safe as the device below.
#pragma once

#include "images/block_device.hpp"

namespace bootferry::images {

class ThickDevice final : public BlockDevice {
 public:
  explicit ThickDevice(std::shared_ptr<BlockDevice> below) : below_(std::move(below)) {}

  ByteCount size() const override { return below_->size(); }
  std::uint32_t block_size() const override { return below_->block_size(); }
  Capabilities capabilities() const override {
    Capabilities capabilities = below_->capabilities();
    capabilities.trims = capabilities.trimmed_reads_zero = false;
    return capabilities;
  }
  Result<void> read(ByteCount offset, MutableByteView out) override { return below_->read(offset, out); }
  Result<void> write(ByteCount offset, ByteView data) override { return below_->write(offset, data); }
  Result<void> flush() override { return below_->flush(); }
  Result<void> trim(ByteCount offset, ByteCount length) override { return below_->zero(offset, length); }
  Result<void> zero(ByteCount offset, ByteCount length) override { return below_->zero(offset, length); }
  Result<std::vector<Extent>> extents(ByteCount offset, ByteCount length) override {
    if (length.value == 0) return std::vector<Extent>{};
    return std::vector<Extent>{{offset, length, true}};
  }
  Result<TryRead> try_read(ByteCount offset, MutableByteView out) override { return below_->try_read(offset, out); }

 private:
  const std::shared_ptr<BlockDevice> below_;
};

}  // namespace bootferry::images
