// SPDX-License-Identifier: Apache-2.0
// A layer that tells a BootRecorder what is read through it, and changes nothing. Thread-safe as the device below.
#pragma once

#include "images/block_device.hpp"
#include "images/boot_recorder.hpp"

namespace bootferry::images {

class TracingDevice final : public BlockDevice {
 public:
  TracingDevice(std::shared_ptr<BlockDevice> below, std::shared_ptr<BootRecorder> recorder)
      : below_(std::move(below)), recorder_(std::move(recorder)) {}

  ByteCount size() const override { return below_->size(); }
  std::uint32_t block_size() const override { return below_->block_size(); }
  Capabilities capabilities() const override { return below_->capabilities(); }
  Result<void> refresh_size() override { return below_->refresh_size(); }
  Result<void> read(ByteCount offset, MutableByteView out) override {
    auto done = below_->read(offset, out);
    if (done) recorder_->on_read(offset, out.size());
    return done;
  }
  Result<void> write(ByteCount offset, ByteView data) override { return below_->write(offset, data); }
  Result<void> flush() override { return below_->flush(); }
  Result<void> trim(ByteCount offset, ByteCount length) override { return below_->trim(offset, length); }
  Result<void> zero(ByteCount offset, ByteCount length) override { return below_->zero(offset, length); }
  Result<std::vector<Extent>> extents(ByteCount offset, ByteCount length) override {
    return below_->extents(offset, length);
  }
  Result<TryRead> try_read(ByteCount offset, MutableByteView out) override {
    auto done = below_->try_read(offset, out);
    if (done && *done == TryRead::done) recorder_->on_read(offset, out.size());
    return done;
  }

 private:
  const std::shared_ptr<BlockDevice> below_;
  const std::shared_ptr<BootRecorder> recorder_;
};

}  // namespace bootferry::images
