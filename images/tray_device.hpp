// SPDX-License-Identifier: Apache-2.0
// A drive whose medium can be changed while it is open: every call goes to the medium that is in it then. Made by app
// for removable images; whoever changes the medium sees to it that no command is at work meanwhile. Any thread.
#pragma once

#include <mutex>
#include <utility>

#include "images/block_device.hpp"

namespace bootferry::images {

class TrayDevice final : public BlockDevice {
 public:
  explicit TrayDevice(std::shared_ptr<BlockDevice> medium) : medium_(std::move(medium)) {}

  /// The one that was in it.
  std::shared_ptr<BlockDevice> insert(std::shared_ptr<BlockDevice> medium) {
    const std::lock_guard lock(mutex_);
    return std::exchange(medium_, std::move(medium));
  }
  [[nodiscard]] std::shared_ptr<BlockDevice> medium() const {
    const std::lock_guard lock(mutex_);
    return medium_;
  }

  ByteCount size() const override { return medium()->size(); }
  std::uint32_t block_size() const override { return medium()->block_size(); }
  Capabilities capabilities() const override { return medium()->capabilities(); }
  Result<void> read(ByteCount offset, MutableByteView out) override { return medium()->read(offset, out); }
  Result<void> write(ByteCount offset, ByteView data) override { return medium()->write(offset, data); }
  Result<void> flush() override { return medium()->flush(); }
  Result<void> trim(ByteCount offset, ByteCount length) override { return medium()->trim(offset, length); }
  Result<void> zero(ByteCount offset, ByteCount length) override { return medium()->zero(offset, length); }
  Result<std::vector<Extent>> extents(ByteCount offset, ByteCount length) override {
    return medium()->extents(offset, length);
  }
  Result<void> refresh_size() override { return medium()->refresh_size(); }
  Result<TryRead> try_read(ByteCount offset, MutableByteView out) override { return medium()->try_read(offset, out); }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<BlockDevice> medium_;
};

}  // namespace bootferry::images
