// SPDX-License-Identifier: Apache-2.0
// MODE SENSE and MODE SELECT in both forms, and what the changeable bits do.
#include "scsi_fixture.hpp"

namespace bootferry::iscsi::scsi {
namespace {

using Call = test::FaultDevice::Call;

TEST_F(ScsiTest, mode_sense_6_gives_header_descriptor_and_caching_page) {
  const auto reply = pc_.send({0x1a, 0, 0x08, 0, 255, 0});
  ASSERT_TRUE(reply.good());
  ASSERT_EQ(reply.data.size(), 4u + 8 + 20);
  EXPECT_EQ(reply.data[0], reply.data.size() - 1);
  EXPECT_EQ(reply.data[2], 0x10);  // DPOFUA, not write-protected
  EXPECT_EQ(reply.data[3], 8);
  EXPECT_EQ(number_at(reply.data, 4, 4), blocks);
  EXPECT_EQ(number_at(reply.data, 9, 3), block);
  EXPECT_EQ(reply.data[12], 0x08);
  EXPECT_EQ(reply.data[13], 18);
  EXPECT_EQ(reply.data[14] & 0x04, 0x04);  // WCE
}

TEST_F(ScsiTest, mode_sense_10_has_the_long_header) {
  const auto reply = pc_.send({0x5a, 0x08, 0x08, 0, 0, 0, 0, 0, 255, 0});
  ASSERT_EQ(reply.data.size(), 8u + 20);
  EXPECT_EQ(number_at(reply.data, 0, 2), reply.data.size() - 2);
  EXPECT_EQ(number_at(reply.data, 6, 2), 0u);
  const auto long_lba = pc_.send({0x5a, 0x10, 0x08, 0, 0, 0, 0, 0, 255, 0});
  EXPECT_EQ(long_lba.data[4], 1);
  EXPECT_EQ(number_at(long_lba.data, 6, 2), 16u);
  EXPECT_EQ(number_at(long_lba.data, 8, 8), blocks);
  EXPECT_EQ(number_at(long_lba.data, 20, 4), block);
}

TEST_F(ScsiTest, mode_sense_3f_lists_all_pages_ascending) {
  for (const std::uint8_t subpage : {0x00, 0xff}) {
    const auto reply = pc_.send({0x1a, 0x08, 0x3f, subpage, 255, 0});
    std::vector<int> pages;
    std::size_t at = 4;
    for (; at + 1 < reply.data.size(); at += 2u + reply.data[at + 1]) pages.push_back(reply.data[at]);
    EXPECT_THAT(pages, testing::ElementsAre(0x08, 0x0a, 0x1c));
    EXPECT_EQ(at, reply.data.size());
  }
}

TEST_F(ScsiTest, mode_sense_refuses_unknown_pages_subpages_and_saved_values) {
  EXPECT_EQ(pc_.send({0x1a, 0, 0x05, 0, 255, 0}).sense->field, 2);
  EXPECT_EQ(pc_.send({0x1a, 0, 0x08, 1, 255, 0}).sense->field, 3);
  EXPECT_EQ(pc_.send({0x1a, 0, 0xc8, 0, 255, 0}).code(), 0x3900);
}

TEST_F(ScsiTest, mode_sense_is_cut_and_keeps_its_true_length) {
  const auto reply = pc_.send({0x1a, 0, 0x3f, 0, 4, 0});
  ASSERT_EQ(reply.data.size(), 4u);
  EXPECT_EQ(reply.data[0], 3 + 8 + 20 + 12 + 12);
}

TEST_F(ScsiTest, a_read_only_disk_shows_wp) {
  auto unit = make_unit(device_, true);
  test::ScsiInitiator pc(*unit, 3);
  EXPECT_EQ(pc.send({0x1a, 0, 0x08, 0, 255, 0}).data[2], 0x90);
}

Bytes select_6(Bytes page) {
  Bytes list(4);
  list.insert(list.end(), page.begin(), page.end());
  return list;
}
Bytes control_page(std::uint8_t d_sense, std::uint8_t swp) {
  return {0x0a, 10, d_sense, 0x10, swp, 0, 0, 0, 0xff, 0xff, 0, 0};
}

TEST_F(ScsiTest, mode_select_turns_descriptor_sense_on) {
  ASSERT_TRUE(pc_.send({0x15, 0x10, 0, 0, 16, 0}, select_6(control_page(0x04, 0))).good());
  EXPECT_TRUE(pc_.send({0xc0}).sense->descriptor_format);
  ASSERT_TRUE(pc_.send({0x15, 0x10, 0, 0, 16, 0}, select_6(control_page(0, 0))).good());
  EXPECT_FALSE(pc_.send({0xc0}).sense->descriptor_format);
}

TEST_F(ScsiTest, software_write_protect_holds_until_it_is_lifted) {
  ASSERT_TRUE(pc_.send({0x15, 0x10, 0, 0, 16, 0}, select_6(control_page(0, 0x08))).good());
  EXPECT_EQ(pc_.send({0x2a, 0, 0, 0, 0, 0, 0, 0, 1, 0}, Bytes(512)).code(), 0x2700);
  EXPECT_EQ(pc_.send({0x1a, 0, 0x0a, 0, 255, 0}).data[2] & 0x80, 0x80);
  ASSERT_TRUE(pc_.send({0x15, 0x10, 0, 0, 16, 0}, select_6(control_page(0, 0))).good());
  EXPECT_TRUE(pc_.send({0x2a, 0, 0, 0, 0, 0, 0, 0, 1, 0}, Bytes(512)).good());
}

TEST_F(ScsiTest, turning_the_write_cache_off_flushes_and_makes_writes_durable) {
  Bytes page(20);
  page[0] = 0x08;
  page[1] = 18;
  ASSERT_TRUE(pc_.send({0x55, 0x10, 0, 0, 0, 0, 0, 0, 28, 0},
                       [&] {
                         Bytes list(8);
                         list.insert(list.end(), page.begin(), page.end());
                         return list;
                       }())
                  .good());
  EXPECT_THAT(device_->calls(), testing::ElementsAre(Call{"flush", 0, 0}));
  device_->forget_calls();
  ASSERT_TRUE(pc_.send({0x2a, 0, 0, 0, 0, 0, 0, 0, 1, 0}, Bytes(512)).good());
  EXPECT_THAT(device_->calls(), testing::ElementsAre(Call{"write", 0, 512}, Call{"flush", 0, 0}));
}

TEST_F(ScsiTest, mode_select_tells_the_others) {
  test::ScsiInitiator other(*unit_, 2);
  ASSERT_TRUE(pc_.send({0x15, 0x10, 0, 0, 16, 0}, select_6(control_page(0x04, 0))).good());
  EXPECT_TRUE(pc_.send({0x00}).good());
  EXPECT_EQ(other.send({0x00}).code(), 0x2a01);
}

TEST_F(ScsiTest, mode_select_changes_nothing_when_anything_is_wrong) {
  Bytes fixed = control_page(0x04, 0);
  fixed[3] = 0;  // not changeable
  const auto reply = pc_.send({0x15, 0x10, 0, 0, 16, 0}, select_6(fixed));
  EXPECT_EQ(reply.code(), 0x2600);
  EXPECT_TRUE(reply.sense->field_in_data);
  EXPECT_EQ(reply.sense->field, 7);
  Bytes two = control_page(0x04, 0);
  const Bytes unknown{0x05, 2, 0, 0};
  two.insert(two.end(), unknown.begin(), unknown.end());
  EXPECT_EQ(pc_.send({0x15, 0x10, 0, 0, 20, 0}, select_6(two)).code(), 0x2600);
  EXPECT_FALSE(pc_.send({0xc0}).sense->descriptor_format);
}

TEST_F(ScsiTest, mode_select_refuses_short_lists_saving_and_foreign_block_sizes) {
  const Bytes list = select_6(control_page(0, 0));
  for (std::uint8_t length = 1; length < 16; ++length) {
    const auto reply = pc_.send({0x15, 0x10, 0, 0, length, 0}, ByteView(list).first(length));
    EXPECT_EQ(reply.good(), length == 4) << int{length};
  }
  EXPECT_EQ(pc_.send({0x15, 0x10, 0, 0, 16, 0}, ByteView(list).first(10)).code(), 0x1a00);  // sent less than announced
  EXPECT_EQ(pc_.send({0x15, 0x11, 0, 0, 16, 0}, list).sense->field, 1);
  EXPECT_TRUE(pc_.send({0x15, 0x10, 0, 0, 0, 0}).good());
  EXPECT_EQ(pc_.send({0x15, 0x10, 0, 0, 12, 0}, Bytes{0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 4, 0}).code(), 0x2600);
  EXPECT_TRUE(pc_.send({0x15, 0x10, 0, 0, 12, 0}, Bytes{0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 2, 0}).good());
}

TEST_F(ScsiTest, a_reset_brings_the_defaults_back) {
  ASSERT_TRUE(pc_.send({0x15, 0x10, 0, 0, 16, 0}, select_6(control_page(0x04, 0x08))).good());
  unit_->on_reset(pc_.nexus());
  (void)pc_.send({0x00});
  EXPECT_FALSE(pc_.send({0xc0}).sense->descriptor_format);
  EXPECT_TRUE(pc_.send({0x2a, 0, 0, 0, 0, 0, 0, 0, 1, 0}, Bytes(512)).good());
}

}  // namespace
}  // namespace bootferry::iscsi::scsi
