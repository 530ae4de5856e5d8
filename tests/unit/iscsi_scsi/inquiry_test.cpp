// SPDX-License-Identifier: Apache-2.0
#include "scsi_fixture.hpp"

namespace bootferry::iscsi::scsi {
namespace {

using testing::ElementsAre;

TEST_F(ScsiTest, inquiry_says_who_we_are) {
  const auto reply = pc_.send({0x12, 0, 0, 0, 96, 0});
  ASSERT_TRUE(reply.good());
  ASSERT_EQ(reply.data.size(), 96u);
  EXPECT_EQ(reply.data[0], 0x00);      // connected disk
  EXPECT_EQ(reply.data[1], 0x00);      // not removable
  EXPECT_EQ(reply.data[2], 0x06);      // SPC-4
  EXPECT_EQ(reply.data[3] & 0x0f, 2);  // response data format
  EXPECT_EQ(reply.data[4], 91);
  EXPECT_EQ(reply.data[7] & 0x02, 0x02);  // CMDQUE
  EXPECT_EQ(text_of(ByteView(reply.data).subspan(8, 28)), "BOOTFERYVirtual Disk    0001");
  EXPECT_EQ(number_at(reply.data, 64, 2), 0x04c0u);  // SBC-3
}

TEST_F(ScsiTest, inquiry_is_cut_to_the_allocation_length) {
  EXPECT_EQ(pc_.send({0x12, 0, 0, 0, 5, 0}).data.size(), 5u);
  const auto nothing = pc_.send({0x12, 0, 0, 0, 0, 0});
  EXPECT_TRUE(nothing.good());
  EXPECT_TRUE(nothing.data.empty());
}

TEST_F(ScsiTest, inquiry_without_evpd_takes_no_page_code) {
  const auto reply = pc_.send({0x12, 0, 0x80, 0, 96, 0});
  EXPECT_EQ(reply.code(), 0x2400);
  EXPECT_EQ(reply.sense->field, 2);
}

TEST_F(ScsiTest, inquiry_refuses_unknown_pages_and_the_obsolete_cmddt) {
  EXPECT_EQ(pc_.send({0x12, 1, 0x42, 0, 96, 0}).code(), 0x2400);
  EXPECT_EQ(pc_.send({0x12, 2, 0, 0, 96, 0}).code(), 0x2400);
}

TEST_F(ScsiTest, inquiry_neither_reports_nor_clears_a_unit_attention) {
  test::ScsiInitiator fresh(*unit_, 7, false);
  EXPECT_TRUE(fresh.send({0x12, 0, 0, 0, 96, 0}).good());
  EXPECT_EQ(fresh.send({0x00}).code(), 0x2900);
}

TEST_F(ScsiTest, inquiry_on_another_lun_says_that_nothing_can_be_there) {
  const auto reply = pc_.send({0x12, 0, 0, 0, 96, 0}, {}, 0x0001'0000'0000'0000);
  ASSERT_TRUE(reply.good());
  EXPECT_EQ(reply.data[0], 0x7f);
  EXPECT_EQ(text_of(ByteView(reply.data).subspan(8, 8)), "BOOTFERY");
}

TEST_F(ScsiTest, vpd_00_lists_every_page_ascending_and_each_answers) {
  const auto list = pc_.send({0x12, 1, 0x00, 0, 255, 0});
  const Bytes pages(list.data.begin() + 4, list.data.end());
  EXPECT_THAT(pages, ElementsAre(0x00, 0x80, 0x83, 0x86, 0x8f, 0xb0, 0xb1, 0xb2));
  for (const std::uint8_t page : pages) {
    const auto reply = pc_.send({0x12, 1, page, 0x10, 0, 0});
    ASSERT_TRUE(reply.good());
    EXPECT_EQ(reply.data[1], page);
    EXPECT_EQ(number_at(reply.data, 2, 2) + 4, reply.data.size());
  }
}

TEST_F(ScsiTest, vpd_80_is_the_serial_number) {
  const auto reply = pc_.send({0x12, 1, 0x80, 0, 255, 0});
  EXPECT_EQ(text_of(ByteView(reply.data).subspan(4)), "525400e2e001-80");
}

TEST_F(ScsiTest, vpd_83_names_the_unit_by_naa_and_stays_the_same) {
  const auto reply = pc_.send({0x12, 1, 0x83, 1, 0, 0});
  EXPECT_EQ(Bytes(reply.data.begin() + 4, reply.data.begin() + 8), (Bytes{0x01, 0x03, 0x00, 0x08}));
  EXPECT_EQ(reply.data[8] >> 4, 3);  // locally assigned
  // This very number: a changed one is a new disk to Windows. Never update it to make the test pass.
  EXPECT_EQ(number_at(reply.data, 8, 8), 0x3231705057eced20u);
}

TEST_F(ScsiTest, vpd_83_differs_between_disks) {
  Identity other = identity();
  other.serial = "525400e2e001-81";
  auto second = make_disk(memory_, other);
  test::ScsiInitiator pc(*second, 9);
  EXPECT_NE(pc.send({0x12, 1, 0x83, 1, 0, 0}).data, pc_.send({0x12, 1, 0x83, 1, 0, 0}).data);
}

TEST_F(ScsiTest, vpd_83_descriptors_fill_the_page_exactly) {
  const auto reply = pc_.send({0x12, 1, 0x83, 1, 0, 0});
  std::size_t at = 4;
  std::vector<int> types;
  while (at + 4 <= reply.data.size()) {
    types.push_back(reply.data[at + 1] & 0x3f);
    at += 4u + reply.data[at + 3];
  }
  EXPECT_EQ(at, reply.data.size());
  EXPECT_THAT(types, ElementsAre(0x03, 0x01, 0x14, 0x28));
}

TEST_F(ScsiTest, vpd_b0_is_as_long_as_sbc_3_says_and_tells_the_limits) {
  const auto reply = pc_.send({0x12, 1, 0xb0, 0, 255, 0});
  EXPECT_EQ(number_at(reply.data, 2, 2), 0x3cu);
  EXPECT_EQ(reply.data[4] & 0x01, 0x01);              // WSNZ
  EXPECT_EQ(reply.data[5], 128);                      // COMPARE AND WRITE
  EXPECT_EQ(number_at(reply.data, 8, 4), 16384u);     // 8 MiB
  EXPECT_EQ(number_at(reply.data, 24, 4), 256u);      // UNMAP descriptors
  EXPECT_EQ(number_at(reply.data, 20, 4), 1u << 20);  // UNMAP blocks
  EXPECT_EQ(number_at(reply.data, 36, 8), 65528u);    // WRITE SAME
}

TEST_F(ScsiTest, vpd_b2_tells_thin_provisioning_as_the_device_can) {
  const auto thin = pc_.send({0x12, 1, 0xb2, 0, 255, 0});
  EXPECT_EQ(thin.data[5], 0xe4);  // LBPU, LBPWS, LBPWS10, LBPRZ
  EXPECT_EQ(thin.data[6] & 0x07, 2);
  auto fixed = make_unit(device_, true);
  test::ScsiInitiator reader(*fixed, 5);
  EXPECT_EQ(reader.send({0x12, 1, 0xb2, 0, 255, 0}).data[5], 0x00);
}

}  // namespace
}  // namespace bootferry::iscsi::scsi
