// SPDX-License-Identifier: Apache-2.0
// A disk's device as one command sees it, which was let in before or after a given seal: its writes fail once a
// SANITIZE (SBC-3 4.11) has begun since, even when that is over. Made by Disk::run_job and CopyWork around what they
// run; a disk worker.
#pragma once

#include "iscsi/scsi/gated_device.hpp"

namespace bootferry::iscsi::scsi {

class AdmittedDevice final : public images::BlockDevice {
 public:
  /// `device` must outlive this.
  AdmittedDevice(GatedDevice& device, std::uint64_t seals) : device_(device), seals_(seals) {}

  ByteCount size() const override { return device_.size(); }
  std::uint32_t block_size() const override { return device_.block_size(); }
  images::Capabilities capabilities() const override { return device_.capabilities(); }
  Result<void> read(ByteCount offset, MutableByteView out) override { return device_.read(offset, out); }
  Result<void> write(ByteCount offset, ByteView data) override { return device_.write(offset, data, seals_); }
  Result<void> flush() override { return device_.flush(); }
  Result<void> trim(ByteCount offset, ByteCount length) override { return device_.trim(offset, length, seals_); }
  Result<void> zero(ByteCount offset, ByteCount length) override { return device_.zero(offset, length, seals_); }
  Result<std::vector<images::Extent>> extents(ByteCount offset, ByteCount length) override {
    return device_.extents(offset, length);
  }
  Result<images::TryRead> try_read(ByteCount offset, MutableByteView out) override {
    return device_.try_read(offset, out);
  }

 private:
  GatedDevice& device_;
  const std::uint64_t seals_;
};

}  // namespace bootferry::iscsi::scsi
