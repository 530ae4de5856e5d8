// SPDX-License-Identifier: Apache-2.0
// UNMAP, WRITE SAME, GET LBA STATUS, COMPARE AND WRITE, ORWRITE.
#include "scsi_fixture.hpp"

namespace bootferry::iscsi::scsi {
namespace {

using Call = test::FaultDevice::Call;
using testing::ElementsAre;

Bytes unmap_list(std::initializer_list<std::pair<std::uint64_t, std::uint32_t>> ranges) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u16(static_cast<std::uint16_t>(6 + 16 * ranges.size()));
  out.u16(static_cast<std::uint16_t>(16 * ranges.size()));
  out.zeros(4);
  for (const auto& [lba, count] : ranges) {
    out.u64(lba);
    out.u32(count);
    out.zeros(4);
  }
  return bytes;
}

class ThinTest : public ScsiTest {
 protected:
  test::ScsiInitiator::Reply unmap(std::initializer_list<std::pair<std::uint64_t, std::uint32_t>> ranges) {
    const Bytes list = unmap_list(ranges);
    return pc_.send({0x42, 0, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(list.size()), 0}, list);
  }
  test::ScsiInitiator::Reply lba_status(std::uint8_t lba, std::uint8_t room = 255) {
    return pc_.send({0x9e, 0x12, 0, 0, 0, 0, 0, 0, 0, lba, 0, 0, 0, room, 0, 0});
  }
};

TEST_F(ThinTest, unmap_gives_blocks_back) {
  put(0, 0xee, 32);
  ASSERT_TRUE(unmap({{2, 4}, {10, 1}}).good());
  EXPECT_THAT(device_->calls(), ElementsAre(Call{"trim", 1024, 2048}, Call{"trim", 5120, 512}));
  EXPECT_EQ(on_disk(2, 4), Bytes(2048));
  EXPECT_EQ(on_disk(6), Bytes(512, 0xee));
}

TEST_F(ThinTest, unmap_of_zero_blocks_is_fine_up_to_the_end) {
  EXPECT_TRUE(unmap({{0, 0}}).good());
  EXPECT_TRUE(unmap({{blocks, 0}}).good());
  EXPECT_EQ(unmap({{blocks + 1, 0}}).code(), 0x2100);
  EXPECT_TRUE(unmap({}).good());
  EXPECT_TRUE(pc_.send({0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0}).good());
}

TEST_F(ThinTest, unmap_touches_nothing_when_one_range_is_wrong) {
  EXPECT_EQ(unmap({{0, 1}, {blocks - 1, 2}}).code(), 0x2100);
  EXPECT_EQ(unmap({{~0ull, 1}}).code(), 0x2100);
  EXPECT_TRUE(device_->calls().empty());
}

TEST_F(ThinTest, unmap_refuses_broken_lists) {
  Bytes list = unmap_list({{0, 1}});
  for (std::uint8_t length = 1; length < list.size(); ++length) {
    EXPECT_EQ(pc_.send({0x42, 0, 0, 0, 0, 0, 0, 0, length, 0}, ByteView(list).first(length)).code(), 0x1a00)
        << int{length};
  }
  list[2] = 0xff;  // descriptors said to be longer than the list
  EXPECT_EQ(pc_.send({0x42, 0, 0, 0, 0, 0, 0, 0, 24, 0}, list).code(), 0x1a00);
  EXPECT_EQ(pc_.send({0x42, 1, 0, 0, 0, 0, 0, 0, 24, 0}, list).sense->field, 1);  // ANCHOR
}

TEST_F(ThinTest, unmap_refuses_more_than_announced) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u16(6 + 257 * 16);
  out.u16(257 * 16);
  out.zeros(4 + 257 * 16);
  EXPECT_EQ(pc_.send({0x42, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(bytes.size() >> 8),
                      static_cast<std::uint8_t>(bytes.size()), 0},
                     bytes)
                .code(),
            0x2600);
}

TEST_F(ThinTest, unmap_does_not_exist_on_a_disk_that_is_not_thin) {
  auto unit = make_unit(device_, true);
  test::ScsiInitiator pc(*unit, 3);
  EXPECT_EQ(pc.send({0x42}).code(), 0x2700);  // write-protected first
  EXPECT_EQ(pc.send({0xa3, 0x0c, 0x01, 0x42, 0, 0, 0, 0, 0, 255, 0, 0}).data[1], 0x01);
}

TEST_F(ThinTest, write_same_repeats_one_block) {
  ASSERT_TRUE(pc_.send({0x41, 0, 0, 0, 0, 4, 0, 0, 3, 0}, Bytes(512, 0x5a)).good());
  EXPECT_EQ(on_disk(4, 3), Bytes(1536, 0x5a));
  EXPECT_EQ(on_disk(7), Bytes(512));
  ASSERT_TRUE(pc_.send({0x93, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 2, 0, 0}, Bytes(512, 0x5b)).good());
  EXPECT_EQ(on_disk(9, 2), Bytes(1024, 0x5b));
}

TEST_F(ThinTest, write_same_of_zeros_unmaps_when_told_to_and_zeroes_else) {
  ASSERT_TRUE(pc_.send({0x41, 0x08, 0, 0, 0, 0, 0, 0, 8, 0}, Bytes(512)).good());
  ASSERT_TRUE(pc_.send({0x93, 0x00, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0}, Bytes(512)).good());
  ASSERT_TRUE(pc_.send({0x93, 0x09, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0}).good());  // NDOB
  EXPECT_THAT(device_->calls(), ElementsAre(Call{"trim", 0, 4096}, Call{"zero", 0, 4096}, Call{"trim", 0, 4096}));
}

TEST_F(ThinTest, write_same_with_unmap_and_other_bytes_writes_them) {
  ASSERT_TRUE(pc_.send({0x41, 0x08, 0, 0, 0, 0, 0, 0, 2, 0}, Bytes(512, 0x99)).good());
  EXPECT_EQ(on_disk(0, 2), Bytes(1024, 0x99));
}

TEST_F(ThinTest, write_same_limits) {
  EXPECT_EQ(pc_.send({0x41, 0, 0, 0, 0x07, 0xff, 0, 0, 2, 0}, Bytes(512)).code(), 0x2100);
  EXPECT_EQ(pc_.send({0x41, 0x20, 0, 0, 0, 0, 0, 0, 1, 0}, Bytes(512)).sense->field, 1);
  EXPECT_EQ(pc_.send({0x41, 0x18, 0, 0, 0, 0, 0, 0, 1, 0}, Bytes(512)).sense->field, 1);  // ANCHOR
  EXPECT_EQ(pc_.send({0x41, 0, 0, 0, 0, 0, 0, 0, 1, 0}, Bytes(1024)).code(), 0x2400);     // more than one block sent
  EXPECT_EQ(pc_.send({0x41, 0, 0, 0, 0, 0, 0, 0, 1, 0}, Bytes(256)).code(), 0x2400);
  EXPECT_TRUE(device_->calls().empty());
}

class FixedDevice final : public test::FaultDevice {
 public:
  using FaultDevice::FaultDevice;
  images::Capabilities capabilities() const override { return {.writable = true}; }
};

TEST_F(ThinTest, write_same_of_zero_blocks_goes_to_the_end_of_a_disk_that_is_not_thin) {
  auto unit = make_unit(std::make_shared<FixedDevice>(memory_));
  test::ScsiInitiator pc(*unit, 3);
  const Bytes nines(512, 9);
  ASSERT_TRUE(pc.send({0x41, 0, 0, 0, 0x07, 0xfd, 0, 0, 0, 0}, nines).good());
  EXPECT_EQ(on_disk(blocks - 3, 3), Bytes(3 * 512, 9));
  EXPECT_EQ(on_disk(blocks - 4), Bytes(512));
  EXPECT_TRUE(pc.send({0x41, 0, 0, 0, 0x08, 0x00, 0, 0, 0, 0}, nines).good());
  EXPECT_EQ(pc.send({0x41, 0, 0, 0, 0x08, 0x01, 0, 0, 0, 0}, nines).code(), 0x2100);
  EXPECT_EQ(pc.send({0x12, 1, 0xb0, 0, 255, 0}).data[4], 0);
  // On a thin disk it would be a way to lose all of it.
  EXPECT_EQ(pc_.send({0x41, 0x08, 0, 0, 0, 0, 0, 0, 0, 0}, Bytes(512)).sense->field, 7);
  EXPECT_EQ(pc_.send({0x41, 0, 0, 0, 0x08, 0x01, 0, 0, 0, 0}, nines).code(), 0x2100);
}

TEST_F(ThinTest, write_same_and_compare_and_write_keep_their_limits) {
  auto unit = make_unit(std::make_shared<images::MemoryDevice>(mib(64)));
  test::ScsiInitiator pc(*unit, 3);
  EXPECT_TRUE(pc.send({0x93, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xf8, 0, 0}).good());
  EXPECT_EQ(pc.send({0x93, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xf9, 0, 0}).sense->field, 10);
  EXPECT_TRUE(pc.send({0x89, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128, 0, 0}, Bytes(256 * 512)).good());
  EXPECT_EQ(pc.send({0x89, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 129, 0, 0}, Bytes(258 * 512)).sense->field, 13);
}

TEST_F(ThinTest, get_lba_status_tells_mapped_from_unmapped) {
  put(8, 0x01, 8);
  const auto reply = lba_status(0);
  ASSERT_TRUE(reply.good());
  ASSERT_EQ(reply.data.size(), 8u + 3 * 16);
  EXPECT_EQ(number_at(reply.data, 0, 4), reply.data.size() - 4);
  EXPECT_EQ(number_at(reply.data, 8, 8), 0u);
  EXPECT_EQ(number_at(reply.data, 16, 4), 8u);
  EXPECT_EQ(reply.data[20], 1);
  EXPECT_EQ(number_at(reply.data, 24, 8), 8u);
  EXPECT_EQ(reply.data[36], 0);
  EXPECT_EQ(number_at(reply.data, 40, 8), 16u);
  EXPECT_EQ(number_at(reply.data, 48, 4), blocks - 16);
}

TEST_F(ThinTest, get_lba_status_starts_at_the_asked_block_and_ends_on_the_disk) {
  put(8, 0x01, 8);
  const auto reply = lba_status(10);
  EXPECT_EQ(number_at(reply.data, 8, 8), 10u);
  EXPECT_EQ(number_at(reply.data, 16, 4), 6u);
  EXPECT_EQ(pc_.send({0x9e, 0x12, 0, 0, 0, 0, 0, 0, 0x08, 0x00, 0, 0, 0, 255, 0, 0}).code(), 0x2100);
  EXPECT_TRUE(pc_.send({0x9e, 0x12, 0, 0, 0, 0, 0, 0, 0x07, 0xff, 0, 0, 0, 255, 0, 0}).good());
}

TEST_F(ThinTest, get_lba_status_fits_the_room) {
  put(8, 0x01, 8);
  EXPECT_EQ(lba_status(0, 24).data.size(), 24u);  // QEMU's buffer
  EXPECT_EQ(number_at(lba_status(0, 24).data, 0, 4), 20u);
  EXPECT_EQ(lba_status(0, 4).data.size(), 4u);
  EXPECT_TRUE(lba_status(0, 0).good());
}

TEST_F(ThinTest, compare_and_write_writes_only_on_a_match) {
  put(3, 0x10);
  Bytes data(1024, 0x10);
  std::fill_n(data.begin() + 512, 512, 0x20);
  const auto matched = pc_.send({0x89, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0}, data);
  EXPECT_TRUE(matched.good());
  EXPECT_EQ(matched.asked_for, 1024u);
  EXPECT_EQ(on_disk(3), Bytes(512, 0x20));
  const auto again = pc_.send({0x89, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0}, data);
  EXPECT_EQ(again.key(), SenseKey::miscompare);
  EXPECT_EQ(again.sense->information, 0u);
  EXPECT_EQ(on_disk(3), Bytes(512, 0x20));
}

TEST_F(ThinTest, compare_and_write_limits) {
  EXPECT_TRUE(pc_.send({0x89, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0}).good());
  EXPECT_EQ(pc_.send({0x89, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 1, 0, 0}, Bytes(1024)).code(), 0x2100);
  EXPECT_EQ(pc_.send({0x89, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0}, Bytes(1024)).code(), 0x2400);
  EXPECT_EQ(pc_.send({0x89}, Bytes(1024)).code(), 0x2400);  // data for 0 blocks
  for (const std::size_t sent : {0, 512, 1536, 2048}) {
    EXPECT_EQ(pc_.send({0x89, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0}, Bytes(sent)).code(), 0x2400) << sent;
  }
  for (const std::size_t nth : {1, 2}) {
    device_->fail_call(nth);
    EXPECT_EQ(pc_.send({0x89, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0}, Bytes(1024)).key(), SenseKey::medium_error)
        << nth;
  }
}

TEST_F(ThinTest, orwrite_sets_bits) {
  put(3, 0x0f);
  EXPECT_TRUE(pc_.send({0x8b, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0}, Bytes(512, 0xa0)).good());
  EXPECT_EQ(on_disk(3), Bytes(512, 0xaf));
}

TEST_F(ThinTest, what_fails_below_is_told_whatever_call_it_is) {
  for (const std::size_t nth : {1, 2}) {
    device_->fail_call(nth);
    EXPECT_EQ(unmap({{0, 1}, {8, 1}}).code(), 0x0c00) << nth;
  }
  device_->fail_call(1, {ErrorKind::exhausted, "full"});
  EXPECT_EQ(pc_.send({0x41, 0, 0, 0, 0, 0, 0, 0, 8, 0}, Bytes(512, 1)).code(), 0x2707);
  device_->fail_call(1, {ErrorKind::exhausted, "full"});
  EXPECT_EQ(pc_.send({0x41, 0, 0, 0, 0, 0, 0, 0, 8, 0}, Bytes(512)).code(), 0x2707);
  device_->fail_call(1);
  EXPECT_EQ(lba_status(0).code(), 0x1100);
}

}  // namespace
}  // namespace bootferry::iscsi::scsi
