// SPDX-License-Identifier: Apache-2.0
// Too little room: a quota reached, a full disk, what is told before and what works all the same.
#include "qcow2_fixture.hpp"

namespace bootferry::images::qcow2 {
namespace {

constexpr std::uint64_t cluster = 65536;

class Qcow2Space : public testing::Test {
 protected:
  void SetUp() override { machine_.lay_out({64 << 20}, 16); }
  void open(ByteCount limit = {}) {
    auto device = machine_.open(OpenMode::read_write, limit);
    ASSERT_TRUE(device) << device.error().message;
    device_ = *device;
  }
  /// Clusters from `first` on, until no more goes; the one that failed.
  std::uint64_t fill(std::uint64_t first = 0) {
    for (std::uint64_t i = first;; ++i) {
      const auto done = device_->write({i * cluster}, Bytes(cluster, static_cast<std::uint8_t>(i + 1)));
      if (done) continue;
      EXPECT_EQ(done.error().kind, ErrorKind::exhausted);
      return i;
    }
  }
  std::uint8_t byte_at(std::uint64_t index) {
    Bytes byte(512);
    EXPECT_TRUE(device_->read({index * cluster}, byte));
    return byte[0];
  }
  Machine machine_;
  std::shared_ptr<Device> device_;
};

TEST_F(Qcow2Space, what_was_trimmed_serves_the_next_write_without_a_flush_of_the_guest) {
  open({2 << 20});
  const std::uint64_t end = fill();
  ASSERT_GT(end, 20u);
  EXPECT_EQ(byte_at(end), 0) << "a refused write leaves nothing";
  ASSERT_TRUE(device_->trim({4 * cluster}, {3 * cluster}));
  for (std::uint64_t i = 0; i < 3; ++i) EXPECT_TRUE(device_->write({(end + i) * cluster}, Bytes(cluster, 0x77)));
  EXPECT_FALSE(device_->write({(end + 3) * cluster}, Bytes(cluster, 0x77)));
  EXPECT_TRUE(device_->write({0}, Bytes(cluster, 0x55))) << "in place";
  EXPECT_EQ(byte_at(end + 2), 0x77);
  EXPECT_LE(device_->used().value, 2u << 20);
  ASSERT_TRUE(device_->flush());
  EXPECT_TRUE(is_clean(*machine_.image));
}

TEST_F(Qcow2Space, at_the_limit_no_table_is_made_for_a_write_that_fails_anyway) {
  machine_.image = std::make_shared<test::Disk>();
  machine_.lay_out({1ull << 40}, 16);
  open({1 << 20});
  fill();
  const std::uint64_t used = device_->used().value;
  for (std::uint64_t at = 1ull << 30; at < 100ull << 30; at += 1ull << 30)
    EXPECT_FALSE(device_->write({at}, Bytes(512)));
  EXPECT_EQ(device_->used().value, used);
}

TEST_F(Qcow2Space, is_told_once_before_the_limit_and_again_after_it_was_clearly_below) {
  open();
  std::vector<std::uint64_t> told;
  device_->set_limit({4 << 20}, [&](ByteCount used) { told.push_back(used.value); });
  const std::uint64_t end = fill();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_GE(told[0], (4u << 20) / 10 * 9);
  EXPECT_LT(told[0], 4u << 20) << "before it is too late";
  ASSERT_TRUE(device_->trim({0}, {cluster}));
  ASSERT_TRUE(device_->flush());
  fill(end);
  EXPECT_EQ(told.size(), 1u) << "hardly below";
  ASSERT_TRUE(device_->trim({0}, {end / 2 * cluster}));
  ASSERT_TRUE(device_->flush());
  fill(end);
  EXPECT_EQ(told.size(), 2u);
}

TEST_F(Qcow2Space, another_limit_counts_at_once) {
  open({1 << 20});
  const std::uint64_t end = fill();
  device_->set_limit({2 << 20}, {});
  EXPECT_TRUE(device_->write({end * cluster}, Bytes(cluster, 1)));
  device_->set_limit({1}, {});
  EXPECT_FALSE(device_->write({(end + 1) * cluster}, Bytes(cluster, 1)));
  device_->set_limit({}, {});
  EXPECT_TRUE(device_->write({(end + 1) * cluster}, Bytes(cluster, 1)));
}

TEST_F(Qcow2Space, a_full_disk_takes_a_trim_though_not_even_a_note_fits) {
  open();
  ASSERT_TRUE(device_->write({0}, Bytes(4 * cluster, 9)));
  ASSERT_TRUE(device_->flush());
  for (auto& notes : machine_.notes) notes->fail_from(1);
  EXPECT_EQ(device_->write({8 * cluster}, Bytes(512, 1)).error().kind, ErrorKind::exhausted);
  ASSERT_TRUE(device_->trim({cluster}, {2 * cluster}));
  EXPECT_EQ(byte_at(1), 0);
  // Killed right after: what was acknowledged is in the file, for there is no note of it.
  auto again = machine_.open(OpenMode::read_only);
  ASSERT_TRUE(again);
  Bytes bytes(512);
  ASSERT_TRUE((*again)->read({cluster}, bytes));
  EXPECT_EQ(bytes, Bytes(512));
  for (auto& notes : machine_.notes) notes->fail_from(0);
  EXPECT_TRUE(device_->write({8 * cluster}, Bytes(512, 1))) << "and writes go on";
  ASSERT_TRUE(device_->flush());
  EXPECT_TRUE(is_clean(*machine_.image));
}

/// Whichever write of it fails, and however often: the disk is the old or the new one, and a good file.
TEST_F(Qcow2Space, a_grow_that_fails_anywhere_leaves_one_mind) {
  int failed = 0;
  for (std::size_t nth = 1; nth < 20; ++nth) {
    for (const bool for_good : {true, false}) {
      machine_ = Machine{};
      machine_.lay_out({1 << 20}, 9);
      open();
      ASSERT_TRUE(device_->write({0}, Bytes(4096, 3)));
      ASSERT_TRUE(device_->flush());
      machine_.image->fail_from(nth);
      const auto grown = device_->grow({64 << 20});
      if (!for_good) machine_.image->fail_from(0);
      failed += grown ? 0 : 1;
      EXPECT_EQ(device_->size().value, grown ? 64u << 20 : 1u << 20);
      [[maybe_unused]] const auto written = device_->write({8192}, Bytes(4096, 4));
      const auto flushed = device_->flush();
      if (!for_good && grown) {
        EXPECT_TRUE(flushed) << flushed.error().message;
      }
      machine_.image->fail_from(0);
      device_ = nullptr;
      open();
      EXPECT_EQ(Bytes(1, 3)[0], byte_at(0)) << nth;
      EXPECT_TRUE(device_->size().value == 1u << 20 || device_->size().value == 64u << 20);
      Bytes bytes(512);
      ASSERT_TRUE(device_->read({8192}, bytes));
      EXPECT_TRUE(bytes[0] == 4 || bytes[0] == 0);
      ASSERT_TRUE(device_->flush());
      EXPECT_TRUE(is_clean(*machine_.image)) << nth;
    }
  }
  EXPECT_GE(failed, 8);
}

}  // namespace
}  // namespace bootferry::images::qcow2
