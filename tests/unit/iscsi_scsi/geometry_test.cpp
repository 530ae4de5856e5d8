// SPDX-License-Identifier: Apache-2.0
// Disks that are not of 512-byte blocks, and disks with more blocks than 32 bits count.
#include "scsi_fixture.hpp"

namespace bootferry::iscsi::scsi {
namespace {

class NativeTest : public ScsiTest {
 protected:
  std::shared_ptr<images::MemoryDevice> disk_ = std::make_shared<images::MemoryDevice>(mib(4), 4096);
  std::shared_ptr<LogicalUnit> native_ = make_unit(disk_);
  test::ScsiInitiator pc4_{*native_, 1};
};

TEST_F(NativeTest, capacity_and_block_descriptors_count_4096) {
  EXPECT_EQ(pc4_.send({0x25}).data, (Bytes{0, 0, 0x03, 0xff, 0, 0, 0x10, 0}));
  const Bytes capacity = pc4_.send({0x9e, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0}).data;
  EXPECT_EQ(number_at(capacity, 0, 8), 1023u);
  EXPECT_EQ(number_at(capacity, 8, 4), 4096u);
  EXPECT_EQ(capacity[13], 0) << "a logical block is a physical one";
  const Bytes mode = pc4_.send({0x1a, 0, 0x3f, 0, 255, 0}).data;
  EXPECT_EQ(number_at(mode, 4, 4), 1024u);
  EXPECT_EQ(number_at(mode, 9, 3), 4096u);
}

TEST_F(NativeTest, limits_count_blocks_of_4096) {
  const Bytes limits = pc4_.send({0x12, 1, 0xb0, 0, 64, 0}).data;
  EXPECT_EQ(number_at(limits, 6, 2), 1u);     // optimal granularity
  EXPECT_EQ(number_at(limits, 8, 4), 2048u);  // 8 MiB
  EXPECT_EQ(number_at(limits, 28, 4), 1u);    // UNMAP granularity
}

TEST_F(NativeTest, reads_writes_and_unmaps_whole_blocks) {
  const Bytes pattern(8192, 0x5a);
  ASSERT_TRUE(pc4_.send({0x2a, 0, 0, 0, 0, 3, 0, 0, 2, 0}, pattern).good());
  Bytes found(8192);
  ASSERT_TRUE(disk_->read({3 * 4096}, found));
  EXPECT_EQ(found, pattern);
  EXPECT_EQ(pc4_.send({0x28, 0, 0, 0, 0, 3, 0, 0, 2, 0}).data, pattern);
  EXPECT_EQ(pc4_.send({0x28, 0, 0, 0, 0x04, 0, 0, 0, 1, 0}).code(), 0x2100);

  Bytes list{0, 22, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0};
  ASSERT_TRUE(pc4_.send({0x42, 0, 0, 0, 0, 0, 0, 0, 24, 0}, list).good());
  const Bytes status = pc4_.send({0x9e, 0x12, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 56, 0, 0}).data;
  EXPECT_EQ(number_at(status, 8, 8), 3u);
  EXPECT_EQ(number_at(status, 16, 4), 1u);
  EXPECT_EQ(status[20], 0);  // mapped
  EXPECT_EQ(number_at(status, 24, 8), 4u);
  EXPECT_EQ(status[36], 1);  // deallocated
}

TEST_F(NativeTest, compare_and_write_and_write_same_take_4096_bytes_a_block) {
  Bytes data(8192);
  std::fill(data.begin() + 4096, data.end(), 0x77);
  ASSERT_TRUE(pc4_.send({0x89, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0}, data).good());
  EXPECT_EQ(pc4_.send({0x28, 0, 0, 0, 0, 9, 0, 0, 1, 0}).data, Bytes(4096, 0x77));
  ASSERT_TRUE(pc4_.send({0x41, 0, 0, 0, 0, 10, 0, 0, 2, 0}, Bytes(4096, 0x33)).good());
  EXPECT_EQ(pc4_.send({0x28, 0, 0, 0, 0, 11, 0, 0, 1, 0}).data, Bytes(4096, 0x33));
}

}  // namespace
}  // namespace bootferry::iscsi::scsi
