// SPDX-License-Identifier: Apache-2.0
// What the tests of this folder share: a disk of 2048 blocks in memory, with a fault layer, and one initiator.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fault_device.hpp"
#include "support/scsi_initiator.hpp"

namespace bootferry::iscsi::scsi {

constexpr std::uint32_t block = 512;
constexpr std::uint64_t blocks = 2048;

class ScsiTest : public testing::Test {
 protected:
  static Identity identity() {
    Identity identity;
    identity.target_name = "iqn.2026-01.test:disk";
    identity.serial = "525400e2e001-80";
    return identity;
  }
  static std::shared_ptr<LogicalUnit> make_unit(std::shared_ptr<images::BlockDevice> device, bool read_only = false,
                                                bool removable = false) {
    Identity whole = identity();
    whole.read_only = read_only;
    whole.removable = removable;
    DiskServices services;  // SANITIZE is through before its answer
    services.background = [](auto job) { job({}); };
    return make_disk(std::move(device), std::move(whole), std::move(services));
  }
  Bytes on_disk(std::uint64_t lba, std::uint64_t count = 1) {
    Bytes data(count * block);
    EXPECT_TRUE(memory_->read({lba * block}, data));
    return data;
  }
  void put(std::uint64_t lba, std::uint8_t fill, std::uint64_t count = 1) {
    EXPECT_TRUE(memory_->write({lba * block}, Bytes(count * block, fill)));
  }

  std::shared_ptr<images::MemoryDevice> memory_ = std::make_shared<images::MemoryDevice>(ByteCount{blocks * block});
  std::shared_ptr<test::FaultDevice> device_ = std::make_shared<test::FaultDevice>(memory_);
  std::shared_ptr<LogicalUnit> unit_ = make_unit(device_);
  test::ScsiInitiator pc_{*unit_, 1};
};

inline std::uint64_t number_at(const Bytes& bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | bytes.at(at + i);
  return value;
}

}  // namespace bootferry::iscsi::scsi
