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
  void seal() {
    ++seals_;
    sealed_ = true;
  }
  void unseal() { sealed_ = false; }
  /// What was let in before may not write any more: it meant the medium that was in then.
  void turn_away() { ++seals_; }
  /// How often it was sealed: a command keeps what this was when it was let in.
  [[nodiscard]] std::uint64_t seals() const { return seals_; }
  /// Whether a command of back then may still write; asked with the gate held. One that waited for its data or in a
  /// queue until a SANITIZE was over must not bring back what was wiped.
  [[nodiscard]] bool admits(std::uint64_t seals) const { return !sealed_ && seals_ == seals; }
  static Result<void> sealed() {
    return fail(ErrorKind::unavailable, "The disk is being sanitized, or its medium was changed.");
  }

  ByteCount size() const override { return below_->size(); }
  std::uint32_t block_size() const override { return below_->block_size(); }
  images::Capabilities capabilities() const override { return below_->capabilities(); }
  Result<void> read(ByteCount offset, MutableByteView out) override {
    const AccessGate::Shared access(gate_);
    return sealed_ ? sealed() : below_->read(offset, out);
  }
  Result<void> write(ByteCount offset, ByteView data) override { return write(offset, data, seals_); }
  Result<void> write(ByteCount offset, ByteView data, std::uint64_t seals) {
    const AccessGate::Shared access(gate_);
    return admits(seals) ? below_->write(offset, data) : sealed();
  }
  Result<void> flush() override { return below_->flush(); }
  Result<void> trim(ByteCount offset, ByteCount length) override { return trim(offset, length, seals_); }
  Result<void> trim(ByteCount offset, ByteCount length, std::uint64_t seals) {
    const AccessGate::Shared access(gate_);
    return admits(seals) ? below_->trim(offset, length) : sealed();
  }
  Result<void> zero(ByteCount offset, ByteCount length) override { return zero(offset, length, seals_); }
  Result<void> zero(ByteCount offset, ByteCount length, std::uint64_t seals) {
    const AccessGate::Shared access(gate_);
    return admits(seals) ? below_->zero(offset, length) : sealed();
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
  std::atomic<std::uint64_t> seals_{0};
  std::atomic<bool> sealed_{false};
  AccessGate gate_;
};

}  // namespace bootferry::iscsi::scsi
