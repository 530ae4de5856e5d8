// SPDX-License-Identifier: Apache-2.0
// TEST UNIT READY, REQUEST SENSE, REPORT LUNS, capacity, START STOP, PREVENT ALLOW, and what comes before every
// command.
#include "iscsi/scsi/sense.hpp"
#include "scsi_fixture.hpp"

namespace bootferry::iscsi::scsi {
namespace {

TEST_F(ScsiTest, a_new_nexus_hears_power_on_once) {
  test::ScsiInitiator fresh(*unit_, 7, false);
  const auto first = fresh.send({0x00});
  EXPECT_EQ(first.status, Status::check_condition);
  EXPECT_EQ(first.key(), SenseKey::unit_attention);
  EXPECT_EQ(first.code(), 0x2900);
  EXPECT_TRUE(fresh.send({0x00}).good());
}

TEST_F(ScsiTest, request_sense_takes_the_unit_attention_as_its_data) {
  test::ScsiInitiator fresh(*unit_, 7, false);
  const auto reply = fresh.send({0x03, 0, 0, 0, 252, 0});
  ASSERT_TRUE(reply.good());
  EXPECT_EQ(reply.data, (Bytes{0x70, 0, 6, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x29, 0, 0, 0, 0, 0}));
  EXPECT_TRUE(fresh.send({0x00}).good());
}

TEST_F(ScsiTest, request_sense_with_nothing_to_say) {
  EXPECT_EQ(pc_.send({0x03, 0, 0, 0, 252, 0}).data[2], 0);
  const auto descriptors = pc_.send({0x03, 1, 0, 0, 252, 0});
  EXPECT_EQ(descriptors.data, (Bytes{0x72, 0, 0, 0, 0, 0, 0, 0}));
}

TEST_F(ScsiTest, an_unknown_opcode_is_20h) {
  const auto reply = pc_.send({0xc0});
  EXPECT_EQ(reply.key(), SenseKey::illegal_request);
  EXPECT_EQ(reply.code(), 0x2000);
}

TEST_F(ScsiTest, an_unknown_service_action_is_24h_at_byte_1) {
  const auto reply = pc_.send({0x9e, 0x1f});
  EXPECT_EQ(reply.code(), 0x2400);
  EXPECT_EQ(reply.sense->field, 1);
}

TEST_F(ScsiTest, naca_is_refused) {
  EXPECT_EQ(pc_.send({0x00, 0, 0, 0, 0, 0x04}).code(), 0x2400);
  EXPECT_EQ(pc_.send({0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0x04}).sense->field, 9);
}

TEST_F(ScsiTest, another_lun_is_25h) {
  EXPECT_EQ(pc_.send({0x00}, {}, 0x0001'0000'0000'0000).code(), 0x2500);
  EXPECT_EQ(pc_.send({0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0}, {}, 0x0001'0000'0000'0000).code(), 0x2500);
  EXPECT_EQ(pc_.send({0x03, 0, 0, 0, 18, 0}, {}, 0x0001'0000'0000'0000).data[12], 0x25);
  EXPECT_TRUE(pc_.send({0x00}, {}, 0x4000'0000'0000'0000).good());  // LUN 0 in flat addressing
}

TEST_F(ScsiTest, report_luns_has_lun_0_only) {
  const Bytes expected{0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(pc_.send({0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0}).data, expected);
  EXPECT_EQ(pc_.send({0xa0, 0, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0}).data, expected);
  EXPECT_EQ(pc_.send({0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0}, {}, 0x0001'0000'0000'0000).data, expected);
  EXPECT_EQ(pc_.send({0xa0, 0, 1, 0, 0, 0, 0, 0, 0, 16, 0, 0}).data, Bytes(8));
  EXPECT_EQ(pc_.send({0xa0, 0, 3, 0, 0, 0, 0, 0, 0, 16, 0, 0}).code(), 0x2400);
}

TEST_F(ScsiTest, read_capacity_10) {
  EXPECT_EQ(pc_.send({0x25}).data, (Bytes{0, 0, 0x07, 0xff, 0, 0, 2, 0}));
  EXPECT_EQ(pc_.send({0x25, 0, 0, 0, 0, 1}).code(), 0x2400);  // an LBA without PMI
}

TEST_F(ScsiTest, read_capacity_16) {
  const auto reply = pc_.send({0x9e, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0});
  ASSERT_EQ(reply.data.size(), 32u);
  EXPECT_EQ(number_at(reply.data, 0, 8), blocks - 1);
  EXPECT_EQ(number_at(reply.data, 8, 4), block);
  EXPECT_EQ(reply.data[13], 3);            // 8 logical blocks a physical one
  EXPECT_EQ(reply.data[14] & 0xc0, 0xc0);  // LBPME, LBPRZ
  EXPECT_EQ(pc_.send({0x9e, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 0, 0}).data.size(), 12u);
}

// Sizes only: what it reads does not matter.
class HugeDevice final : public images::BlockDevice {
 public:
  explicit HugeDevice(std::uint64_t count) : size_{count * 512} {}
  ByteCount size() const override { return size_; }
  std::uint32_t block_size() const override { return 512; }
  images::Capabilities capabilities() const override { return {.writable = true}; }
  Result<void> read(ByteCount, MutableByteView) override { return {}; }
  Result<void> write(ByteCount, ByteView) override { return {}; }
  Result<void> flush() override { return {}; }
  Result<void> trim(ByteCount, ByteCount) override { return {}; }
  Result<void> zero(ByteCount, ByteCount) override { return {}; }
  Result<std::vector<images::Extent>> extents(ByteCount, ByteCount) override { return std::vector<images::Extent>{}; }

 private:
  ByteCount size_;
};

TEST_F(ScsiTest, physical_blocks_are_told_as_configured) {
  Identity native = identity();
  native.physical_block_size = 512;
  auto unit = make_disk(device_, native);
  test::ScsiInitiator pc(*unit, 3);
  EXPECT_EQ(pc.send({0x9e, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0}).data[13], 0);
}

TEST_F(ScsiTest, read_capacity_10_sends_big_disks_to_16) {
  for (const auto& [count, last] :
       {std::pair{0xffffffffull, 0xfffffffeull}, {0x100000000ull, 0xffffffffull}, {0x200000000ull, 0xffffffffull}}) {
    auto unit = make_unit(std::make_shared<HugeDevice>(count));
    test::ScsiInitiator pc(*unit, 3);
    EXPECT_EQ(number_at(pc.send({0x25}).data, 0, 4), last);
    EXPECT_EQ(number_at(pc.send({0x9e, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32}).data, 0, 8), count - 1);
  }
}

TEST_F(ScsiTest, a_changed_capacity_is_told_to_every_nexus) {
  test::ScsiInitiator other(*unit_, 2);
  unit_->on_capacity_changed();
  EXPECT_EQ(pc_.send({0x00}).code(), 0x2a09);
  EXPECT_EQ(other.send({0x00}).code(), 0x2a09);
  EXPECT_TRUE(pc_.send({0x00}).good());
}

TEST_F(ScsiTest, a_reset_is_told_to_every_nexus) {
  test::ScsiInitiator other(*unit_, 2);
  unit_->on_reset(pc_.nexus());
  EXPECT_EQ(pc_.send({0x00}).code(), 0x2903);
  EXPECT_TRUE(pc_.send({0x00}).good());
  EXPECT_EQ(other.send({0x00}).code(), 0x2903);
}

TEST_F(ScsiTest, start_and_stop_mean_nothing_to_a_fixed_disk) {
  EXPECT_TRUE(pc_.send({0x1b, 0, 0, 0, 0, 0}).good());
  EXPECT_TRUE(pc_.send({0x1b, 0, 0, 0, 2, 0}).good());  // eject
  EXPECT_TRUE(pc_.send({0x00}).good());
}

TEST_F(ScsiTest, a_removable_disk_is_ejected_and_loaded) {
  auto unit = make_unit(device_, false, true);
  test::ScsiInitiator pc(*unit, 4), other(*unit, 5);
  EXPECT_EQ(pc.send({0x12, 0, 0, 0, 96, 0}).data[1], 0x80);
  EXPECT_TRUE(pc.send({0x1b, 0, 0, 0, 0x32, 0}).good());  // with a power condition: not an eject
  EXPECT_TRUE(pc.send({0x00}).good());
  EXPECT_TRUE(pc.send({0x1b, 0, 0, 0, 2, 0}).good());
  EXPECT_EQ(pc.send({0x00}).code(), 0x3a00);
  EXPECT_EQ(pc.send({0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0}).key(), SenseKey::not_ready);
  EXPECT_TRUE(pc.send({0x1b, 0, 0, 0, 3, 0}).good());
  EXPECT_TRUE(pc.send({0x00}).good());
  EXPECT_EQ(other.send({0x00}).code(), 0x2800);
}

TEST_F(ScsiTest, prevention_holds_the_medium_until_its_nexus_goes) {
  auto unit = make_unit(device_, false, true);
  test::ScsiInitiator pc(*unit, 4);
  auto other = std::make_unique<test::ScsiInitiator>(*unit, 5);
  EXPECT_TRUE(other->send({0x1e, 0, 0, 0, 1, 0}).good());
  EXPECT_EQ(pc.send({0x1b, 0, 0, 0, 2, 0}).code(), 0x5302);
  other.reset();
  EXPECT_TRUE(pc.send({0x1b, 0, 0, 0, 2, 0}).good());
  EXPECT_TRUE(pc.send({0x1e, 0, 0, 0, 1, 0}).good());
  EXPECT_EQ(pc.send({0x1b, 0, 0, 0, 3, 0}).code(), 0x5302);  // not put in either
  EXPECT_TRUE(pc.send({0x1e, 0, 0, 0, 0, 0}).good());
  EXPECT_TRUE(pc.send({0x1b, 0, 0, 0, 3, 0}).good());
}

TEST(EncodeSense, fixed_format_with_a_field_pointer) {
  Sense sense = make_sense(SenseKey::illegal_request, 0x2400);
  sense.field = 7;
  EXPECT_EQ(encode_sense(sense), (Bytes{0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x24, 0, 0, 0xc0, 0, 7}));
}

TEST(EncodeSense, fixed_format_with_information) {
  Sense sense = make_sense(SenseKey::miscompare, 0x1d00);
  sense.information = 0x1234;
  EXPECT_EQ(encode_sense(sense), (Bytes{0xf0, 0, 0x0e, 0, 0, 0x12, 0x34, 10, 0, 0, 0, 0, 0x1d, 0, 0, 0, 0, 0}));
}

TEST(EncodeSense, descriptor_format) {
  Sense sense = make_sense(SenseKey::miscompare, 0x1d00);
  sense.information = 0x1'0000'0001;
  sense.descriptor_format = true;
  EXPECT_EQ(encode_sense(sense), (Bytes{0x72, 0x0e, 0x1d, 0, 0, 0, 0, 12, 0, 0x0a, 0x80, 0, 0, 0, 0, 1, 0, 0, 0, 1}));
}

}  // namespace
}  // namespace bootferry::iscsi::scsi
