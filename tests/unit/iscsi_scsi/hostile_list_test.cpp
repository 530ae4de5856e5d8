// SPDX-License-Identifier: Apache-2.0
// Parameter lists of all sizes, and more of everything than anyone means: classes of bugs that other targets had. Run
// under the sanitizers, where a byte too far is a failure. EXTENDED COPY's are in copy_test.cpp.
#include "scsi_fixture.hpp"

namespace bootferry::iscsi::scsi {
namespace {

class HostileList : public ScsiTest {};

Bytes counting(std::size_t length) {
  Bytes bytes(length);
  for (std::size_t at = 0; at < length; ++at) bytes[at] = static_cast<std::uint8_t>(at);
  return bytes;
}

// LIO: a PERSISTENT RESERVE OUT list longer than the buffer behind it.
TEST_F(HostileList, CVE_2026_72083_persistent_reserve_out_takes_lists_of_no_other_size) {
  for (std::uint8_t action = 0; action < 0x20; ++action) {
    for (const std::size_t length : {0u, 1u, 8u, 23u, 25u, 100u, 4096u, 4097u, 8192u}) {
      const auto reply = pc_.send(
          {0x5f, action, 0, 0, 0, static_cast<std::uint8_t>(length >> 24), static_cast<std::uint8_t>(length >> 16),
           static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length), 0},
          counting(length));
      EXPECT_FALSE(reply.good() && reply.asked_for) << int{action} << ' ' << length;
    }
  }
}

// SPDK: more registrants than an array had room for.
TEST_F(HostileList, CVE_2025_57275_three_hundred_initiators_register_or_are_told_that_it_is_full) {
  std::vector<std::unique_ptr<test::ScsiInitiator>> many;
  Bytes list(24);
  list[15] = 1;
  for (std::uint64_t id = 100; id < 400; ++id) {
    many.push_back(std::make_unique<test::ScsiInitiator>(*unit_, id));
    const auto reply = many.back()->send({0x5f, 0x00, 0, 0, 0, 0, 0, 0, 24, 0}, list);
    EXPECT_EQ(reply.code(), id < 356 ? 0xffff : 0x5504) << id;  // INSUFFICIENT REGISTRATION RESOURCES
  }
  const auto keys = pc_.send({0x5e, 0x00, 0, 0, 0, 0, 0, 0xff, 0xff, 0});
  EXPECT_EQ(number_at(keys.data, 4, 4), 256u * 8);
  EXPECT_EQ(keys.data.size(), 8u + 256 * 8);
  const auto cut = pc_.send({0x5e, 0x03, 0, 0, 0, 0, 0, 0, 32, 0});
  EXPECT_EQ(cut.data.size(), 32u);
}

TEST_F(HostileList, unmap_takes_or_refuses_lists_of_all_sizes) {
  for (std::size_t length = 0; length < 600; ++length) {
    (void)pc_.send({0x42, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length)},
                   counting(length));
  }
  Bytes most(8 + 257 * 16);
  most[0] = static_cast<std::uint8_t>((most.size() - 2) >> 8);
  most[1] = static_cast<std::uint8_t>(most.size() - 2);
  most[2] = static_cast<std::uint8_t>((257 * 16) >> 8);
  most[3] = static_cast<std::uint8_t>(257 * 16 & 0xff);
  EXPECT_EQ(pc_.send({0x42, 0, 0, 0, 0, 0, 0, most[0], static_cast<std::uint8_t>(most[1] + 2)}, most).code(), 0x2600);
}

TEST_F(HostileList, mode_select_takes_or_refuses_lists_of_all_sizes) {
  for (std::size_t length = 0; length < 256; ++length) {
    (void)pc_.send({0x15, 0x10, 0, 0, static_cast<std::uint8_t>(length), 0}, counting(length));
    (void)pc_.send({0x55, 0x10, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(length), 0}, counting(length));
    Bytes longest = counting(length);
    if (length > 7) longest[6] = longest[7] = 0xff;  // a block descriptor longer than the list
    (void)pc_.send({0x55, 0x10, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(length), 0}, longest);
  }
  EXPECT_TRUE(pc_.send({0x12, 0, 0, 0, 96, 0}).good());
}

// Data that comes back is as long as was asked for at most, whatever the length.
TEST_F(HostileList, no_answer_is_longer_than_its_allocation_length) {
  for (const std::uint8_t room : {0, 1, 4, 7, 8, 24, 36, 96, 255}) {
    EXPECT_LE(pc_.send({0x12, 0, 0, 0, room, 0}).data.size(), room);
    EXPECT_LE(pc_.send({0x12, 1, 0x83, 0, room, 0}).data.size(), room);
    EXPECT_LE(pc_.send({0x12, 1, 0x8f, 0, room, 0}).data.size(), room);
    EXPECT_LE(pc_.send({0x03, 1, 0, 0, room, 0}).data.size(), room);
    EXPECT_LE(pc_.send({0x84, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, room, 0, 0}).data.size(), room);
    EXPECT_LE(pc_.send({0xa3, 0x0c, 0, 0, 0, 0, 0, 0, 0, room, 0, 0}).data.size(), room);
    EXPECT_LE(pc_.send({0x5e, 3, 0, 0, 0, 0, 0, 0, room, 0}).data.size(), room);
  }
}

TEST_F(HostileList, naca_is_refused_as_inquiry_declares) {
  EXPECT_EQ(pc_.send({0x12, 0, 0, 0, 96, 0}).data[3] & 0x20, 0) << "NORMACA";
  EXPECT_EQ(pc_.send({0x00, 0, 0, 0, 0, 0x04}).code(), 0x2400);
  EXPECT_EQ(pc_.send({0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0x04}).code(), 0x2400);
  EXPECT_EQ(pc_.send({0x88, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0x04}).code(), 0x2400);
}

TEST_F(HostileList, request_sense_answers_in_the_format_that_was_asked_for) {
  EXPECT_EQ(pc_.send({0x03, 0, 0, 0, 255, 0}).data[0] & 0x7f, 0x70);
  EXPECT_EQ(pc_.send({0x03, 1, 0, 0, 255, 0}).data[0], 0x72);
}

}  // namespace
}  // namespace bootferry::iscsi::scsi
