// SPDX-License-Identifier: Apache-2.0
// RESERVE(6), PERSISTENT RESERVE IN and OUT between two and three initiators.
#include "scsi_fixture.hpp"

namespace bootferry::iscsi::scsi {
namespace {

class ReservationTest : public ScsiTest {
 protected:
  using Pc = test::ScsiInitiator;

  test::ScsiInitiator::Reply out(Pc& pc, std::uint8_t action, std::uint64_t key, std::uint64_t action_key,
                                 std::uint8_t type = 0) {
    Bytes list;
    ByteWriter writer(list);
    writer.u64(key);
    writer.u64(action_key);
    writer.zeros(8);
    return pc.send({0x5f, action, type, 0, 0, 0, 0, 0, 24, 0}, list);
  }
  Bytes in(Pc& pc, std::uint8_t action) { return pc.send({0x5e, action, 0, 0, 0, 0, 0, 1, 0, 0}).data; }
  bool reads(Pc& pc) { return pc.send({0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0}).good(); }
  bool writes(Pc& pc) { return pc.send({0x2a, 0, 0, 0, 0, 0, 0, 0, 1, 0}, Bytes(512)).good(); }

  Pc other_{*unit_, 2};
  Pc third_{*unit_, 3};
};

TEST_F(ReservationTest, reserve_6_keeps_others_out_until_release) {
  ASSERT_TRUE(pc_.send({0x16}).good());
  EXPECT_TRUE(pc_.send({0x16}).good());
  EXPECT_EQ(other_.send({0x16}).status, Status::reservation_conflict);
  EXPECT_FALSE(reads(other_));
  EXPECT_EQ(other_.send({0x1a, 0, 0x3f, 0, 255, 0}).status, Status::reservation_conflict);
  EXPECT_TRUE(other_.send({0x12, 0, 0, 0, 96, 0}).good());
  EXPECT_TRUE(other_.send({0x17}).good());  // releases nothing that is not its own
  EXPECT_FALSE(reads(other_));
  EXPECT_TRUE(writes(pc_));
  EXPECT_TRUE(pc_.send({0x17}).good());
  EXPECT_TRUE(reads(other_));
}

TEST_F(ReservationTest, reserve_6_goes_with_its_nexus_and_with_a_reset) {
  ASSERT_TRUE(pc_.send({0x16}).good());
  unit_->on_reset(third_.nexus());
  (void)other_.send({0x00});
  EXPECT_TRUE(reads(other_));
  (void)pc_.send({0x00});
  ASSERT_TRUE(pc_.send({0x16}).good());
  pc_.log_out();
  EXPECT_TRUE(reads(other_));
}

TEST_F(ReservationTest, keys_are_registered_read_and_taken_away) {
  ASSERT_TRUE(out(pc_, 0, 0, 0xabc).good());
  EXPECT_EQ(out(pc_, 0, 0, 0xdef).status, Status::reservation_conflict);  // it has one, and must say it
  ASSERT_TRUE(out(pc_, 0, 0xabc, 0xdef).good());
  ASSERT_TRUE(out(other_, 6, 0x999, 0x123).good());  // REGISTER AND IGNORE EXISTING KEY
  Bytes keys = in(pc_, 0);
  EXPECT_EQ(number_at(keys, 0, 4), 3u);  // generation
  EXPECT_EQ(number_at(keys, 4, 4), 16u);
  EXPECT_EQ(number_at(keys, 8, 8), 0xdefu);
  EXPECT_EQ(number_at(keys, 16, 8), 0x123u);
  ASSERT_TRUE(out(pc_, 0, 0xdef, 0).good());
  EXPECT_EQ(number_at(in(pc_, 0), 4, 4), 8u);
}

TEST_F(ReservationTest, only_the_registered_may_reserve) {
  EXPECT_EQ(out(pc_, 1, 0, 0, 1).status, Status::reservation_conflict);
  ASSERT_TRUE(out(pc_, 0, 0, 1).good());
  EXPECT_EQ(out(pc_, 1, 2, 0, 1).status, Status::reservation_conflict);
  EXPECT_EQ(out(pc_, 1, 1, 0, 2).code(), 0x2400);     // obsolete type
  EXPECT_EQ(out(pc_, 1, 1, 0, 0x11).code(), 0x2400);  // scope
  EXPECT_TRUE(out(pc_, 1, 1, 0, 1).good());
}

struct Access {
  std::uint8_t type;
  bool registered_reads, registered_writes, stranger_reads, stranger_writes;
};

TEST_F(ReservationTest, each_type_lets_in_whom_the_standard_says) {
  for (const Access& access : {Access{1, true, false, true, false},
                               {3, false, false, false, false},
                               {5, true, true, true, false},
                               {6, true, true, false, false},
                               {7, true, true, true, false},
                               {8, true, true, false, false}}) {
    SCOPED_TRACE(int{access.type});
    ASSERT_TRUE(out(pc_, 6, 0, 1).good());
    ASSERT_TRUE(out(other_, 6, 0, 2).good());
    ASSERT_TRUE(out(pc_, 1, 1, 0, access.type).good());
    EXPECT_TRUE(reads(pc_));
    EXPECT_TRUE(writes(pc_));
    EXPECT_EQ(reads(other_), access.registered_reads);
    EXPECT_EQ(writes(other_), access.registered_writes);
    EXPECT_EQ(reads(third_), access.stranger_reads);
    EXPECT_EQ(writes(third_), access.stranger_writes);
    const Bytes held = in(third_, 1);
    EXPECT_EQ(number_at(held, 4, 4), 16u);
    EXPECT_EQ(number_at(held, 8, 8), access.type >= 7 ? 0u : 1u);
    EXPECT_EQ(held[21], access.type);
    ASSERT_TRUE(out(pc_, 3, 1, 0).good());  // CLEAR
    EXPECT_EQ(other_.send({0x00}).code(), 0x2a03);
    EXPECT_TRUE(writes(third_));
  }
}

TEST_F(ReservationTest, release_must_name_the_type_and_tells_the_registered) {
  ASSERT_TRUE(out(pc_, 0, 0, 1).good());
  ASSERT_TRUE(out(other_, 0, 0, 2).good());
  ASSERT_TRUE(out(pc_, 1, 1, 0, 5).good());
  EXPECT_TRUE(out(other_, 2, 2, 0, 5).good());  // not the holder: nothing happens
  EXPECT_EQ(out(pc_, 2, 1, 0, 6).code(), 0x2604);
  EXPECT_TRUE(out(pc_, 2, 1, 0, 5).good());
  EXPECT_EQ(other_.send({0x00}).code(), 0x2a04);
  EXPECT_TRUE(pc_.send({0x00}).good());
}

TEST_F(ReservationTest, unregistering_the_holder_releases_and_does_not_tell_it_itself) {
  ASSERT_TRUE(out(pc_, 0, 0, 1).good());
  ASSERT_TRUE(out(other_, 0, 0, 2).good());
  ASSERT_TRUE(out(pc_, 1, 1, 0, 6).good());
  ASSERT_TRUE(out(pc_, 0, 1, 0).good());
  EXPECT_TRUE(pc_.send({0x00}).good());
  EXPECT_EQ(other_.send({0x00}).code(), 0x2a04);
  EXPECT_EQ(in(third_, 1).size(), 8u);
}

TEST_F(ReservationTest, preempt_takes_the_reservation_over) {
  ASSERT_TRUE(out(pc_, 0, 0, 1).good());
  ASSERT_TRUE(out(other_, 0, 0, 2).good());
  ASSERT_TRUE(out(pc_, 1, 1, 0, 3).good());
  EXPECT_EQ(out(other_, 4, 2, 9, 3).status, Status::reservation_conflict);  // nobody has that key
  EXPECT_EQ(out(other_, 4, 2, 0, 3).code(), 0x2600);
  ASSERT_TRUE(out(other_, 4, 2, 1, 3).good());
  EXPECT_EQ(pc_.send({0x00}).code(), 0x2a05);
  EXPECT_FALSE(reads(pc_));
  EXPECT_TRUE(writes(other_));
}

TEST_F(ReservationTest, a_registration_outlives_its_session) {
  ASSERT_TRUE(out(pc_, 0, 0, 1).good());
  ASSERT_TRUE(out(pc_, 1, 1, 0, 1).good());
  pc_.log_out();
  EXPECT_FALSE(writes(other_));
  test::ScsiInitiator back(*unit_, 1);
  EXPECT_TRUE(writes(back));
}

TEST_F(ReservationTest, full_status_names_the_initiator_ports) {
  ASSERT_TRUE(out(pc_, 0, 0, 1).good());
  ASSERT_TRUE(out(pc_, 1, 1, 0, 1).good());
  const Bytes status = in(other_, 3);
  EXPECT_EQ(number_at(status, 4, 4) + 8, status.size());
  EXPECT_EQ(number_at(status, 8, 8), 1u);
  EXPECT_EQ(status[20], 0x01);  // R_HOLDER
  EXPECT_EQ(status[21], 1);
  EXPECT_EQ(status[32], 0x45);  // TransportID: iSCSI, with the ISID
  EXPECT_EQ(status.size() % 4, 0u);
  EXPECT_EQ(text_of(ByteView(status).subspan(36, pc_.nexus().initiator_port.size())), pc_.nexus().initiator_port);
}

TEST_F(ReservationTest, parameter_lists_of_all_sizes) {
  const Bytes list(300);
  for (std::uint16_t length = 0; length < 300; ++length) {
    const auto reply =
        pc_.send({0x5f, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length), 0},
                 ByteView(list).first(length));
    EXPECT_EQ(reply.good(), length == 24) << length;
  }
  EXPECT_EQ(pc_.send({0x5f, 0, 0, 0, 0, 0, 0, 0, 24, 0}, ByteView(list).first(10)).code(), 0x1a00);
  Bytes keep(24);
  keep[20] = 0x01;  // APTPL
  EXPECT_EQ(pc_.send({0x5f, 0, 0, 0, 0, 0, 0, 0, 24, 0}, keep).code(), 0x2600);
}

}  // namespace
}  // namespace bootferry::iscsi::scsi
