// SPDX-License-Identifier: Apache-2.0
// The device of a disk as all plain commands see it: each access to its blocks passes the gate, so that none falls into
// the middle of an atomic command. Made by Disk; any thread.
#pragma once

#include "images/block_device.hpp"
#include "iscsi/scsi/access_gate.hpp"

namespace bootferry::iscsi::scsi {

class GatedDevice final : public images::BlockDevice {
 public:
  explicit GatedDevice(std::shared_ptr<images::BlockDevice> below) : below_(std::move(below)) {}

  [[nodiscard]] AccessGate& gate() { return gate_; }
  /// For whoever holds the gate alone.
  [[nodiscard]] images::BlockDevice& below() { return *below_; }
  /// From now on plain accesses fail: a command that was let in before a SANITIZE must not reach the disk after it.
  void seal() { sealed_ = true; }
  void unseal() { sealed_ = false; }
  /// For an atomic command, once it is alone.
  [[nodiscard]] bool is_sealed() const { return sealed_; }
  static Result<void> sealed() { return fail(ErrorKind::unavailable, "The disk is being sanitized."); }

  ByteCount size() const override { return below_->size(); }
  std::uint32_t block_size() const override { return below_->block_size(); }
  images::Capabilities capabilities() const override { return below_->capabilities(); }
  Result<void> read(ByteCount offset, MutableByteView out) override {
    const AccessGate::Shared access(gate_);
    return sealed_ ? sealed() : below_->read(offset, out);
  }
  Result<void> write(ByteCount offset, ByteView data) override {
    const AccessGate::Shared access(gate_);
    return sealed_ ? sealed() : below_->write(offset, data);
  }
  Result<void> flush() override { return below_->flush(); }
  Result<void> trim(ByteCount offset, ByteCount length) override {
    const AccessGate::Shared access(gate_);
    return sealed_ ? sealed() : below_->trim(offset, length);
  }
  Result<void> zero(ByteCount offset, ByteCount length) override {
    const AccessGate::Shared access(gate_);
    return sealed_ ? sealed() : below_->zero(offset, length);
  }
  Result<std::vector<images::Extent>> extents(ByteCount offset, ByteCount length) override {
    return below_->extents(offset, length);
  }
  Result<images::TryRead> try_read(ByteCount offset, MutableByteView out) override {
    Result<images::TryRead> found = images::TryRead::would_block;
    (void)gate_.try_shared([&] {
      if (!sealed_) found = below_->try_read(offset, out);
    });
    return found;
  }

 private:
  const std::shared_ptr<images::BlockDevice> below_;
  std::atomic<bool> sealed_{false};
  AccessGate gate_;
};

}  // namespace bootferry::iscsi::scsi
