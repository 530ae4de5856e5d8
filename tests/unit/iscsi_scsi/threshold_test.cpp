// SPDX-License-Identifier: Apache-2.0
// The warning before a quota is met (SBC-3 4.7.3.7): declared and told where there is one, and nowhere else.
#include "scsi_fixture.hpp"

namespace bootferry::iscsi::scsi {
namespace {

class ThresholdTest : public ScsiTest {
 protected:
  std::shared_ptr<LogicalUnit> make_limited(ByteCount quota, bool read_only = false) {
    Identity whole = identity();
    whole.read_only = read_only;
    DiskServices services;
    services.quota = quota;
    return make_disk(device_, std::move(whole), std::move(services));
  }
  std::shared_ptr<LogicalUnit> limited_ = make_limited(gib(10));
};

TEST_F(ThresholdTest, is_declared_in_sets_of_64_kib) {
  test::ScsiInitiator pc(*limited_, 5);
  EXPECT_EQ(pc.send({0x12, 1, 0xb2, 0, 255, 0}).data.at(4), 7) << "2^7 blocks of 512 bytes";
  const auto page = pc.send({0x1a, 0x08, 0x1c, 0x02, 255, 0});
  ASSERT_TRUE(page.good());
  ASSERT_EQ(page.data.size(), 4u + 24);
  EXPECT_EQ(page.data[4], 0x5c);
  EXPECT_EQ(page.data[5], 0x02);
  EXPECT_EQ(number_at(page.data, 6, 2), 20u);
  EXPECT_EQ(page.data[4 + 16], 0x81);
  EXPECT_EQ(page.data[4 + 17], 0x02);
  EXPECT_EQ(number_at(page.data, 4 + 20, 4), gib(9).value >> 16);
  EXPECT_EQ(number_at(pc.send({0x1a, 0x08, 0x5c, 0x02, 255, 0}).data, 4 + 16, 8), 0u) << "nothing can be changed";
}

TEST_F(ThresholdTest, is_among_all_subpages_and_not_among_the_pages) {
  test::ScsiInitiator pc(*limited_, 5);
  const auto plain = pc.send({0x1a, 0x08, 0x3f, 0, 255, 0}), all = pc.send({0x1a, 0x08, 0x3f, 0xff, 255, 0});
  EXPECT_EQ(all.data.size(), plain.data.size() + 24);
  EXPECT_EQ(pc.send({0x1a, 0x08, 0x1c, 0xff, 255, 0}).data.size(), 4u + 12 + 24);
  EXPECT_EQ(pc.send({0x1a, 0x08, 0x1c, 0, 255, 0}).data.size(), 4u + 12);
  EXPECT_EQ(pc.send({0x1a, 0x08, 0x3f, 0x02, 255, 0}).sense->field, 3);
  EXPECT_EQ(pc.send({0x1a, 0x08, 0x08, 0x02, 255, 0}).sense->field, 3);
  EXPECT_EQ(pc.send({0x1a, 0x08, 0x1c, 0x01, 255, 0}).sense->field, 3);
}

TEST_F(ThresholdTest, every_nexus_is_told_once) {
  test::ScsiInitiator one(*limited_, 5), two(*limited_, 6);
  limited_->on_space_low();
  for (auto* pc : {&one, &two}) {
    const auto told = pc->send({0x00});
    EXPECT_EQ(told.key(), SenseKey::unit_attention);
    EXPECT_EQ(told.code(), 0x3807);
    EXPECT_TRUE(pc->send({0x00}).good());
  }
}

TEST_F(ThresholdTest, without_a_quota_nobody_is_troubled) {
  for (const auto& unit : {unit_, make_limited(gib(10), true), make_limited(kib(32))}) {
    test::ScsiInitiator pc(*unit, 7);
    EXPECT_EQ(pc.send({0x12, 1, 0xb2, 0, 255, 0}).data.at(4), 0);
    EXPECT_EQ(pc.send({0x1a, 0x08, 0x1c, 0x02, 255, 0}).sense->field, 3);
    unit->on_space_low();
    EXPECT_TRUE(pc.send({0x00}).good());
  }
}

}  // namespace
}  // namespace bootferry::iscsi::scsi
