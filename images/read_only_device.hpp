// SPDX-License-Identifier: Apache-2.0
// A layer that lets nothing be changed below it. Thread-safe as the device below.
#pragma once

#include "images/block_device.hpp"

namespace bootferry::images {

class ReadOnlyDevice final : public BlockDevice {
 public:
  explicit ReadOnlyDevice(std::shared_ptr<BlockDevice> below) : below_(std::move(below)) {}

  ByteCount size() const override { return below_->size(); }
  std::uint32_t block_size() const override { return below_->block_size(); }
  Capabilities capabilities() const override { return {}; }
  Result<void> refresh_size() override { return below_->refresh_size(); }
  Result<void> read(ByteCount offset, MutableByteView out) override { return below_->read(offset, out); }
  Result<void> write(ByteCount, ByteView) override { return refuse(); }
  Result<void> flush() override { return {}; }
  Result<void> trim(ByteCount, ByteCount) override { return refuse(); }
  Result<void> zero(ByteCount, ByteCount) override { return refuse(); }
  Result<std::vector<Extent>> extents(ByteCount offset, ByteCount length) override {
    return below_->extents(offset, length);
  }
  Result<TryRead> try_read(ByteCount offset, MutableByteView out) override { return below_->try_read(offset, out); }

 private:
  static Result<void> refuse() { return fail(ErrorKind::denied, "The disk is read-only."); }

  const std::shared_ptr<BlockDevice> below_;
};

}  // namespace bootferry::images
