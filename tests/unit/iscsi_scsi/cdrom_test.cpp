// SPDX-License-Identifier: Apache-2.0
// A CD as its initiators ask for it (MMC-6): what BIOS, iPXE, Linux' sr and libiscsi send.
#include "iscsi/scsi/command_table.hpp"
#include "scsi_fixture.hpp"

namespace bootferry::iscsi::scsi {
namespace {

/// Sizes only.
class DvdDevice final : public images::BlockDevice {
 public:
  ByteCount size() const override { return {4'700'000'000 / 2048 * 2048}; }
  std::uint32_t block_size() const override { return 2048; }
  images::Capabilities capabilities() const override { return {}; }
  Result<void> read(ByteCount, MutableByteView) override { return {}; }
  Result<void> write(ByteCount, ByteView) override { return fail(ErrorKind::denied, "read-only"); }
  Result<void> flush() override { return {}; }
  Result<void> trim(ByteCount, ByteCount) override { return fail(ErrorKind::denied, "read-only"); }
  Result<void> zero(ByteCount, ByteCount) override { return fail(ErrorKind::denied, "read-only"); }
  Result<std::vector<images::Extent>> extents(ByteCount, ByteCount) override { return std::vector<images::Extent>{}; }
};

class CdromTest : public ScsiTest {
 protected:
  static std::shared_ptr<LogicalUnit> make_cd(std::shared_ptr<images::BlockDevice> device) {
    Identity whole = identity();
    whole.type = DeviceType::cdrom;
    whole.read_only = true;
    whole.removable = true;
    return make_disk(std::move(device), std::move(whole));
  }
  static constexpr std::uint64_t sectors = 5000;
  std::shared_ptr<images::MemoryDevice> disc_ = std::make_shared<images::MemoryDevice>(ByteCount{sectors * 2048}, 2048);
  std::shared_ptr<LogicalUnit> cd_ = make_cd(disc_);
  test::ScsiInitiator mac_{*cd_, 1};
  test::ScsiInitiator other_{*cd_, 2};
};

TEST_F(CdromTest, it_is_a_removable_cdrom_drive) {
  const Bytes data = mac_.send({0x12, 0, 0, 0, 96, 0}).data;
  EXPECT_EQ(data[0], 0x05);
  EXPECT_EQ(data[1], 0x80);
  EXPECT_EQ(text_of(ByteView(data).subspan(8, 24)), "BOOTFERYVirtual CD-ROM  ");
  EXPECT_EQ(mac_.send({0x12, 1, 0, 0, 96, 0}).data, (Bytes{0x05, 0, 0, 3, 0x00, 0x80, 0x83}));
  EXPECT_EQ(mac_.send({0x12, 1, 0x83, 0, 96, 0}).data[0], 0x05);
  EXPECT_EQ(mac_.send({0x12, 1, 0xb0, 0, 96, 0}).code(), 0x2400) << "a disk's limits are not a CD's";
}

TEST_F(CdromTest, its_blocks_are_2048_bytes_and_cannot_be_written) {
  EXPECT_EQ(mac_.send({0x25}).data, (Bytes{0, 0, 0x13, 0x87, 0, 0, 0x08, 0}));
  ASSERT_TRUE(disc_->write({2048}, Bytes(2048, 0x42)));
  EXPECT_EQ(mac_.send({0x28, 0, 0, 0, 0, 1, 0, 0, 1, 0}).data, Bytes(2048, 0x42));
  EXPECT_EQ(mac_.send({0xa8, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0}).data, Bytes(2048, 0x42));
  EXPECT_EQ(mac_.send({0x28, 0, 0, 0, 0x13, 0x88, 0, 0, 1, 0}).code(), 0x2100);
  EXPECT_EQ(mac_.send({0x2a, 0, 0, 0, 0, 1, 0, 0, 1, 0}, Bytes(2048)).code(), 0x2000) << "no such command";
  EXPECT_EQ(mac_.send({0x42}).code(), 0x2000);
}

TEST_F(CdromTest, the_table_of_contents_has_one_data_track) {
  EXPECT_EQ(mac_.send({0x43, 0, 0, 0, 0, 0, 0, 0, 255, 0}).data,
            (Bytes{0, 18, 1, 1, 0, 0x14, 1, 0, 0, 0, 0, 0, 0, 0x14, 0xaa, 0, 0, 0, 0x13, 0x88}));
  // 5000 blocks and the 150 of the lead-in: 1 minute, 8 seconds, 50 frames.
  EXPECT_EQ(mac_.send({0x43, 2, 0, 0, 0, 0, 0, 0, 255, 0}).data,
            (Bytes{0, 18, 1, 1, 0, 0x14, 1, 0, 0, 0, 2, 0, 0, 0x14, 0xaa, 0, 0, 1, 8, 50}));
  EXPECT_EQ(mac_.send({0x43, 0, 0, 0, 0, 0, 0xaa, 0, 255, 0}).data,
            (Bytes{0, 10, 1, 1, 0, 0x14, 0xaa, 0, 0, 0, 0x13, 0x88}));
  EXPECT_EQ(mac_.send({0x43, 0, 0, 0, 0, 0, 2, 0, 255, 0}).code(), 0x2400);
  EXPECT_EQ(mac_.send({0x43, 0, 1, 0, 0, 0, 0, 0, 255, 0}).data, (Bytes{0, 10, 1, 1, 0, 0x14, 1, 0, 0, 0, 0, 0}));
  const Bytes by_atapi = mac_.send({0x43, 0, 0, 0, 0, 0, 0, 0, 12, 0x40}).data;
  EXPECT_EQ(by_atapi, (Bytes{0, 10, 1, 1, 0, 0x14, 1, 0, 0, 0, 0, 0}));
  EXPECT_EQ(mac_.send({0x43, 0, 3, 0, 0, 0, 0, 0, 255, 0}).code(), 0x2400);
}

TEST_F(CdromTest, the_raw_table_names_its_points) {
  const Bytes raw = mac_.send({0x43, 2, 2, 0, 0, 0, 0, 0, 255, 0}).data;
  ASSERT_EQ(raw.size(), 4u + 4 * 11);
  EXPECT_EQ(number_at(raw, 0, 2), raw.size() - 2);
  const auto point = [&](std::size_t index) {
    return Bytes(raw.begin() + 4 + index * 11, raw.begin() + 15 + index * 11);
  };
  EXPECT_EQ(point(0), (Bytes{1, 0x14, 0, 0xa0, 0, 0, 0, 0, 1, 0, 0}));
  EXPECT_EQ(point(1), (Bytes{1, 0x14, 0, 0xa1, 0, 0, 0, 0, 1, 0, 0}));
  EXPECT_EQ(point(2), (Bytes{1, 0x14, 0, 0xa2, 0, 0, 0, 0, 1, 8, 50}));
  EXPECT_EQ(point(3), (Bytes{1, 0x14, 0, 0x01, 0, 0, 0, 0, 0, 2, 0}));
}

TEST_F(CdromTest, configuration_says_cd_or_dvd_by_its_size) {
  const Bytes all = mac_.send({0x46, 0, 0, 0, 0, 0, 0, 1, 0, 0}).data;
  EXPECT_EQ(number_at(all, 0, 4) + 4, all.size());
  EXPECT_EQ(number_at(all, 6, 2), 0x0008u);
  std::vector<std::uint64_t> codes;
  for (std::size_t at = 8; at < all.size(); at += 4 + all[at + 3]) codes.push_back(number_at(all, at, 2));
  EXPECT_EQ(codes, (std::vector<std::uint64_t>{0, 1, 2, 3, 0x10, 0x1e, 0x1f, 0x100, 0x105}));
  const Bytes now = mac_.send({0x46, 1, 0, 0x11, 0, 0, 0, 1, 0, 0}).data;  // current ones from 11h on
  EXPECT_EQ(number_at(now, 8, 2), 0x1eu);
  EXPECT_EQ(number_at(now, 16, 2), 0x100u) << "it is no DVD";
  EXPECT_EQ(mac_.send({0x46, 2, 0, 0x10, 0, 0, 0, 1, 0, 0}).data,
            (Bytes{0, 0, 0, 16, 0, 0, 0, 8, 0, 0x10, 1, 8, 0, 0, 8, 0, 0, 1, 0, 0}));
  EXPECT_EQ(mac_.send({0x46, 2, 0x77, 0x77, 0, 0, 0, 1, 0, 0}).data.size(), 8u);
  EXPECT_EQ(mac_.send({0x46, 3}).code(), 0x2400);

  auto dvd = make_cd(std::make_shared<DvdDevice>());
  test::ScsiInitiator pc(*dvd, 9);
  EXPECT_EQ(number_at(pc.send({0x46, 0, 0, 0, 0, 0, 0, 1, 0, 0}).data, 6, 2), 0x0010u);
  EXPECT_EQ(number_at(pc.send({0xad, 0, 0, 0, 0, 0, 0, 0, 8, 4, 0, 0}).data, 0, 2), 2050u);
  EXPECT_EQ(mac_.send({0xad, 0, 0, 0, 0, 0, 0, 0, 8, 4, 0, 0}).code(), 0x3002) << "a CD has no such structure";
}

TEST_F(CdromTest, events_are_polled) {
  EXPECT_EQ(mac_.send({0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8, 0}).data, (Bytes{0, 6, 4, 0x10, 0, 2, 0, 0}));
  EXPECT_EQ(mac_.send({0x4a, 1, 0, 0, 0x02, 0, 0, 0, 8, 0}).data, (Bytes{0, 2, 0x80, 0x10}));
  EXPECT_EQ(mac_.send({0x4a, 0, 0, 0, 0x10, 0, 0, 0, 8, 0}).code(), 0x2400);
  cd_->on_reset(other_.nexus());
  EXPECT_TRUE(mac_.send({0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8, 0}).good());
  EXPECT_EQ(mac_.send({0x00}).code(), 0x2903) << "asking for events takes no attention away";
}

TEST_F(CdromTest, disc_and_track_are_finished) {
  const Bytes disc = mac_.send({0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0}).data;
  ASSERT_EQ(disc.size(), 34u);
  EXPECT_EQ(disc[2], 0x0e);
  const Bytes track = mac_.send({0x52, 1, 0, 0, 0, 1, 0, 0, 36, 0}).data;
  ASSERT_EQ(track.size(), 36u);
  EXPECT_EQ(number_at(track, 24, 4), sectors);
  EXPECT_EQ(mac_.send({0x52, 0, 0, 0, 0x13, 0x87, 0, 0, 36, 0}).data, track);
  EXPECT_EQ(mac_.send({0x52, 0, 0, 0, 0x13, 0x88, 0, 0, 36, 0}).code(), 0x2100);
  EXPECT_EQ(mac_.send({0x52, 1, 0, 0, 0, 2, 0, 0, 36, 0}).code(), 0x2400);
  EXPECT_EQ(mac_.send({0xbd, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0}).data, Bytes(8));
}

TEST_F(CdromTest, mode_pages_say_what_the_drive_can) {
  const Bytes page = mac_.send({0x5a, 0, 0x2a, 0, 0, 0, 0, 0, 128, 0}).data;
  ASSERT_EQ(page.size(), 8u + 22);
  EXPECT_EQ(number_at(page, 0, 2), page.size() - 2);
  EXPECT_EQ(page[6] << 8 | page[7], 0) << "no block descriptor";
  EXPECT_EQ(page[8], 0x2a);
  EXPECT_EQ(page[11], 0) << "it writes nothing";
  const Bytes every = mac_.send({0x1a, 0, 0x3f, 0, 255, 0}).data;
  EXPECT_EQ(every[0] + 1u, every.size());
  EXPECT_EQ(mac_.send({0x1a, 0, 0x08, 0, 255, 0}).code(), 0x2400);
  EXPECT_EQ(mac_.send({0x1a, 0, 0xc0 | 0x2a, 0, 255, 0}).code(), 0x3900);
}

TEST_F(CdromTest, the_tray_opens_and_a_new_nexus_finds_it_closed) {
  ASSERT_TRUE(mac_.send({0x1e, 0, 0, 0, 1, 0}).good());
  EXPECT_EQ(other_.send({0x1b, 0, 0, 0, 2, 0}).code(), 0x5302) << "the other one locked it";
  ASSERT_TRUE(mac_.send({0x1e, 0, 0, 0, 0, 0}).good());
  ASSERT_TRUE(mac_.send({0x1b, 0, 0, 0, 2, 0}).good());
  EXPECT_EQ(mac_.send({0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0}).code(), 0x3a00);
  EXPECT_EQ(mac_.send({0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8, 0}).data[5], 1) << "open";
  EXPECT_EQ(number_at(mac_.send({0x46, 1, 0, 0, 0, 0, 0, 1, 0, 0}).data, 6, 2), 0u);
  test::ScsiInitiator booting(*cd_, 3);
  EXPECT_TRUE(booting.send({0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0}).good());
}

TEST_F(CdromTest, read_cd_gives_user_data_only) {
  ASSERT_TRUE(disc_->write({16 * 2048}, Bytes(2048, 0x17)));
  EXPECT_EQ(mac_.send({0xbe, 0, 0, 0, 0, 16, 0, 0, 1, 0x10, 0, 0}).data, Bytes(2048, 0x17));
  EXPECT_EQ(mac_.send({0xb9, 0, 0, 0, 2, 16, 0, 2, 17, 0x10, 0, 0}).data, Bytes(2048, 0x17));
  EXPECT_EQ(mac_.send({0xbe, 0, 0, 0, 0, 16, 0, 0, 1, 0xf8, 0, 0}).code(), 0x2400) << "raw sectors";
  EXPECT_EQ(mac_.send({0xbe, 4, 0, 0, 0, 16, 0, 0, 1, 0x10, 0, 0}).code(), 0x6400) << "audio";
  EXPECT_EQ(mac_.send({0xbe, 0, 0, 0, 0x13, 0x88, 0, 0, 1, 0x10, 0, 0}).code(), 0x2100);
  EXPECT_EQ(mac_.send({0xb9, 0, 0, 0, 0, 16, 0, 2, 17, 0x10, 0, 0}).code(), 0x2400) << "in the lead-in";
}

TEST_F(CdromTest, it_reports_its_own_commands) {
  const Bytes list = mac_.send({0xa3, 0x0c, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0}).data;
  EXPECT_EQ(number_at(list, 0, 4) / 8, cdrom_commands().rows().size());
  EXPECT_EQ(mac_.send({0xa3, 0x0c, 1, 0x43, 0, 0, 0, 0, 0, 64, 0, 0}).data[1], 0x03);
  EXPECT_EQ(mac_.send({0xa3, 0x0c, 1, 0x2a, 0, 0, 0, 0, 0, 64, 0, 0}).data[1], 0x01);
}

TEST_F(CdromTest, no_command_and_no_length_brings_it_down) {
  for (int opcode = 0; opcode < 256; ++opcode) {
    for (const std::uint8_t filling : {0x00, 0x01, 0x40, 0xff}) {
      std::array<std::uint8_t, 16> cdb;
      cdb.fill(filling);
      cdb[0] = static_cast<std::uint8_t>(opcode);
      (void)mac_.send(cdb, Bytes(64));
    }
  }
  EXPECT_TRUE(other_.send({0x12, 0, 0, 0, 96, 0}).good());
}

}  // namespace
}  // namespace bootferry::iscsi::scsi
