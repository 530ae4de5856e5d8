// SPDX-License-Identifier: Apache-2.0
// WRITE ATOMIC, and the gate that keeps atomic commands apart from plain ones.
#include <thread>

#include "iscsi/scsi/access_gate.hpp"
#include "scsi_fixture.hpp"

namespace bootferry::iscsi::scsi {
namespace {

using Call = test::FaultDevice::Call;
using testing::ElementsAre;

TEST(AccessGate, lets_plain_accesses_in_together_and_an_atomic_one_alone) {
  AccessGate gate;
  int entered = 0;
  {
    const AccessGate::Shared one(gate);
    const AccessGate::Shared two(gate);
    EXPECT_TRUE(gate.try_shared([&] { ++entered; }));
  }
  {
    const AccessGate::Alone alone(gate);
    EXPECT_FALSE(gate.try_shared([&] { ++entered; }));
  }
  EXPECT_TRUE(gate.try_shared([&] { ++entered; }));
  EXPECT_EQ(entered, 2);
}

// Two words that only atomic accesses change, together: whoever sees them differ stood in the middle of one.
TEST(AccessGate, nothing_is_in_the_middle_of_an_atomic_access) {
  AccessGate gate;
  int left = 0, right = 0;  // no atomics: the gate is what orders them
  std::atomic<int> torn{0};
  std::vector<std::jthread> threads;
  for (int writer = 0; writer < 2; ++writer) {
    threads.emplace_back([&] {
      for (int round = 0; round < 2000; ++round) {
        const AccessGate::Alone alone(gate);
        ++left;
        ++right;
      }
    });
  }
  for (int reader = 0; reader < 3; ++reader) {
    threads.emplace_back([&, reader] {
      for (int round = 0; round < 5000; ++round) {
        if (reader == 0) {
          (void)gate.try_shared([&] { torn += left != right; });
          continue;
        }
        const AccessGate::Shared access(gate);
        torn += left != right;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(torn, 0);
  EXPECT_EQ(left, 4000);
}

class AtomicTest : public ScsiTest {
 protected:
  test::ScsiInitiator::Reply write_atomic(std::uint64_t lba, std::uint16_t count, std::uint16_t boundary = 0,
                                          std::uint8_t flags = 0) {
    std::array<std::uint8_t, 16> cdb{0x9c, flags};
    for (int i = 0; i < 8; ++i) cdb[2 + i] = static_cast<std::uint8_t>(lba >> (56 - 8 * i));
    cdb[10] = static_cast<std::uint8_t>(boundary >> 8);
    cdb[11] = static_cast<std::uint8_t>(boundary);
    cdb[12] = static_cast<std::uint8_t>(count >> 8);
    cdb[13] = static_cast<std::uint8_t>(count);
    return pc_.send(cdb, Bytes(count * std::size_t{block}, 0x5a));
  }
};

TEST_F(AtomicTest, write_atomic_is_one_write) {
  ASSERT_TRUE(write_atomic(8, 256).good());
  EXPECT_THAT(device_->calls(), ElementsAre(Call{"write", 8 * 512, 256 * 512}));
  EXPECT_EQ(on_disk(8, 256), Bytes(256 * 512, 0x5a));
  device_->forget_calls();
  ASSERT_TRUE(write_atomic(0, 8, 0, 0x08).good());  // FUA
  EXPECT_THAT(device_->calls(), ElementsAre(Call{"write", 0, 8 * 512}, Call{"flush"}));
}

TEST_F(AtomicTest, write_atomic_takes_whole_physical_blocks_within_its_limit) {
  EXPECT_EQ(write_atomic(1, 8).code(), 0x2400);
  EXPECT_EQ(write_atomic(0, 1).code(), 0x2400);
  EXPECT_EQ(write_atomic(0, 264).code(), 0x2400);
  EXPECT_EQ(write_atomic(0, 8, 8).code(), 0x2400);
  EXPECT_EQ(write_atomic(0, 8, 0, 0x20).code(), 0x2400);
  EXPECT_EQ(write_atomic(blocks, 8).code(), 0x2100);
  EXPECT_EQ(write_atomic(blocks - 8, 16).code(), 0x2100);
  EXPECT_EQ(write_atomic(~std::uint64_t{0}, 8).code(), 0x2100);
  EXPECT_TRUE(write_atomic(0, 0).good());
  EXPECT_TRUE(write_atomic(blocks, 0).good());
  EXPECT_TRUE(device_->calls().empty());
}

TEST_F(AtomicTest, half_of_an_atomic_write_is_not_written) {
  EXPECT_EQ(pc_.send({0x9c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0}, Bytes(2048)).code(), 0x2400);
  EXPECT_TRUE(device_->calls().empty());
}

TEST_F(AtomicTest, the_limits_are_in_vpd_b0) {
  const auto reply = pc_.send({0x12, 1, 0xb0, 0, 255, 0});
  EXPECT_EQ(number_at(reply.data, 44, 4), 256u);
  EXPECT_EQ(number_at(reply.data, 48, 4), 8u);
  EXPECT_EQ(number_at(reply.data, 52, 4), 8u);
  EXPECT_EQ(number_at(reply.data, 56, 8), 0u);
}

// While the blocks are compared and written, the device is closed to all others: a read from memory is put off.
TEST_F(AtomicTest, plain_reads_wait_until_an_atomic_command_is_through) {
  std::vector<images::TryRead> seen;
  device_->before_each([&](const Call&) {
    Bytes out(512);
    seen.push_back(unit_->device().try_read({0}, out).value());
  });
  const auto blocked = images::TryRead::would_block;
  EXPECT_TRUE(pc_.send({0x89, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0}, Bytes(1024)).good());
  EXPECT_TRUE(pc_.send({0x8b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0}, Bytes(512)).good());
  EXPECT_TRUE(write_atomic(0, 8).good());
  EXPECT_THAT(seen, ElementsAre(blocked, blocked, blocked, blocked, blocked));
  EXPECT_TRUE(pc_.send({0x2a, 0, 0, 0, 0, 0, 0, 0, 1, 0}, Bytes(512)).good());
  EXPECT_EQ(seen.back(), images::TryRead::done);
}

}  // namespace
}  // namespace bootferry::iscsi::scsi
