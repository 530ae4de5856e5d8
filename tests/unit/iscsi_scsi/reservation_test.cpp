// SPDX-License-Identifier: Apache-2.0
// RESERVE(6), PERSISTENT RESERVE IN and OUT between two and three initiators.
#include "iscsi/scsi/reservations.hpp"
#include "iscsi/scsi/transport_id.hpp"
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

TEST_F(ReservationTest, preempt_with_another_type_tells_those_that_stay_registered) {
  ASSERT_TRUE(out(pc_, 0, 0, 1).good());
  ASSERT_TRUE(out(other_, 0, 0, 2).good());
  ASSERT_TRUE(out(third_, 0, 0, 3).good());
  ASSERT_TRUE(out(pc_, 1, 1, 0, 1).good());
  ASSERT_TRUE(out(other_, 4, 2, 1, 3).good());
  EXPECT_EQ(pc_.send({0x00}).code(), 0x2a05);
  EXPECT_EQ(third_.send({0x00}).code(), 0x2a04);
  EXPECT_TRUE(other_.send({0x00}).good());
}

TEST_F(ReservationTest, preempt_and_abort_names_the_nexuses_that_lost) {
  ASSERT_TRUE(out(pc_, 0, 0, 1).good());
  ASSERT_TRUE(out(other_, 0, 0, 1).good());
  ASSERT_TRUE(out(third_, 0, 0, 3).good());
  EXPECT_TRUE(out(third_, 4, 3, 9, 1).aborts.empty());
  EXPECT_EQ(out(third_, 5, 3, 1, 1).aborts, (std::vector<std::uint64_t>{1, 2}));
  ASSERT_TRUE(out(pc_, 6, 0, 1).data.empty());
}

TEST_F(ReservationTest, register_with_other_ports_registers_all_of_them_or_none) {
  const auto list = [](std::uint64_t key, const std::string& port) {
    Bytes ids;
    ByteWriter id_writer(ids);
    put_transport_id(id_writer, port);
    Bytes bytes;
    ByteWriter writer(bytes);
    writer.u64(0);
    writer.u64(key);
    writer.zeros(4);
    writer.u8(0x08);  // SPEC_I_PT
    writer.zeros(3);
    writer.u32(static_cast<std::uint32_t>(ids.size()));
    writer.bytes(ids);
    return bytes;
  };
  const auto send = [&](const Bytes& bytes, std::uint8_t action = 0) {
    return pc_.send({0x5f, action, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(bytes.size()), 0}, bytes);
  };
  const std::string port = other_.nexus().initiator_port;
  EXPECT_EQ(send(list(7, "iqn.2026-01.test:no-port")).code(), 0x2600);
  EXPECT_EQ(send(list(7, port), 6).code(), 0x2600) << "not with REGISTER AND IGNORE EXISTING KEY";
  Bytes cut = list(7, port);
  cut.pop_back();
  EXPECT_EQ(send(cut).code(), 0x1a00);
  EXPECT_EQ(number_at(in(third_, 0), 4, 4), 0u) << "nobody is registered by a refusal";
  ASSERT_TRUE(send(list(7, port)).good());
  EXPECT_EQ(number_at(in(third_, 0), 4, 4), 16u);
  EXPECT_TRUE(out(other_, 1, 7, 0, 1).good()) << "the other is registered";
  ASSERT_TRUE(out(pc_, 0, 7, 0).good());
  EXPECT_EQ(send(list(8, port)).status, Status::reservation_conflict) << "it is registered already";
  EXPECT_NE(in(pc_, 2)[2] & 0x08, 0);  // SIP_C
}

TEST_F(ReservationTest, register_and_move_hands_the_reservation_on) {
  const auto move = [&](Pc& pc, std::uint64_t key, std::uint64_t new_key, const std::string& port, std::uint8_t flags) {
    Bytes ids;
    ByteWriter id_writer(ids);
    put_transport_id(id_writer, port);
    Bytes bytes;
    ByteWriter writer(bytes);
    writer.u64(key);
    writer.u64(new_key);
    writer.u8(0);
    writer.u8(flags);
    writer.u16(1);
    writer.u32(static_cast<std::uint32_t>(ids.size()));
    writer.bytes(ids);
    return pc.send({0x5f, 7, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(bytes.size()), 0}, bytes);
  };
  const std::string port = other_.nexus().initiator_port;
  EXPECT_EQ(move(pc_, 1, 2, port, 0).status, Status::reservation_conflict) << "not registered";
  ASSERT_TRUE(out(pc_, 0, 0, 1).good());
  EXPECT_EQ(move(pc_, 1, 2, port, 0).status, Status::reservation_conflict) << "holds nothing";
  ASSERT_TRUE(out(pc_, 1, 1, 0, 3).good());
  EXPECT_EQ(move(pc_, 1, 0, port, 0).code(), 0x2600);
  EXPECT_EQ(move(pc_, 1, 2, pc_.nexus().initiator_port, 0).code(), 0x2600);
  ASSERT_TRUE(move(pc_, 1, 2, port, 0x02).good());  // UNREG
  EXPECT_FALSE(reads(pc_));
  EXPECT_TRUE(writes(other_));
  EXPECT_EQ(number_at(in(third_, 1), 8, 8), 2u);
  EXPECT_EQ(number_at(in(third_, 0), 4, 4), 8u);
}

TEST_F(ReservationTest, registrations_are_bounded) {
  std::vector<std::unique_ptr<Pc>> crowd;
  for (std::uint64_t n = 0; n < Reservations::max_registrations; ++n) {
    crowd.push_back(std::make_unique<Pc>(*unit_, 100 + n));
    ASSERT_TRUE(out(*crowd.back(), 0, 0, 1).good());
  }
  EXPECT_EQ(out(pc_, 0, 0, 1).code(), 0x5504);
  EXPECT_TRUE(out(*crowd.front(), 0, 1, 2).good()) << "a change is no new registration";
}

TEST_F(ReservationTest, the_ports_that_a_registration_names_are_bounded_too) {
  const auto list = [](std::uint64_t key, std::uint64_t new_key, const std::vector<std::string>& ports) {
    Bytes ids;
    ByteWriter id_writer(ids);
    for (const std::string& port : ports) put_transport_id(id_writer, port);
    Bytes bytes;
    ByteWriter writer(bytes);
    writer.u64(key);
    writer.u64(new_key);
    writer.zeros(4);
    writer.u8(0x08);  // SPEC_I_PT
    writer.zeros(3);
    writer.u32(static_cast<std::uint32_t>(ids.size()));
    writer.bytes(ids);
    return bytes;
  };
  const auto send = [&](Pc& pc, const Bytes& bytes) {
    return pc.send({0x5f, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(bytes.size() >> 8),
                    static_cast<std::uint8_t>(bytes.size()), 0},
                   bytes);
  };
  const std::string fresh = other_.nexus().initiator_port, more = third_.nexus().initiator_port;
  ASSERT_TRUE(out(pc_, 0, 0, 1).good());
  const auto again = send(pc_, list(1, 1, {fresh}));
  EXPECT_EQ(again.code(), 0x2600) << "it is registered already";
  ASSERT_TRUE(again.sense && again.sense->field);
  EXPECT_EQ(*again.sense->field, 20);
  std::vector<std::unique_ptr<Pc>> crowd;
  for (std::uint64_t n = 0; n < Reservations::max_registrations - 3; ++n) {
    crowd.push_back(std::make_unique<Pc>(*unit_, 100 + n));
    ASSERT_TRUE(out(*crowd.back(), 0, 0, 1).good());
  }
  Pc late(*unit_, 50);
  EXPECT_EQ(send(late, list(0, 1, {fresh, more})).code(), 0x5504) << "one too many";
  EXPECT_TRUE(send(late, list(0, 1, {fresh, fresh, late.nexus().initiator_port})).good()) << "a name counts once";
  EXPECT_EQ(number_at(in(pc_, 0), 4, 4), 8 * Reservations::max_registrations);
}

/// What the keeper of app does, without the database.
class FakeStore final : public ReservationStore {
 public:
  Result<ReservationState> load() override { return state; }
  Result<void> save(const ReservationState& now) override {
    if (broken) return fail(ErrorKind::io, "no");
    state = now;
    ++saves;
    return {};
  }
  ReservationState state;
  int saves = 0;
  bool broken = false;
};

class KeptReservationTest : public ReservationTest {
 protected:
  void reopen() {
    back_.reset();
    stranger_.reset();
    kept_ = make_disk(device_, identity(), {.reservations = store_});
    back_ = std::make_unique<Pc>(*kept_, 1);
    stranger_ = std::make_unique<Pc>(*kept_, 2);
  }
  std::shared_ptr<FakeStore> store_ = std::make_shared<FakeStore>();
  std::shared_ptr<LogicalUnit> kept_ = make_disk(device_, identity(), {.reservations = store_});
  std::unique_ptr<Pc> back_ = std::make_unique<Pc>(*kept_, 1);
  std::unique_ptr<Pc> stranger_ = std::make_unique<Pc>(*kept_, 2);

  test::ScsiInitiator::Reply enroll(Pc& pc, std::uint64_t key, bool aptpl) {
    Bytes list(24);
    list[15] = static_cast<std::uint8_t>(key);
    list[20] = aptpl ? 0x01 : 0x00;
    return pc.send({0x5f, 6, 0, 0, 0, 0, 0, 0, 24, 0}, list);
  }
};

TEST_F(KeptReservationTest, every_change_is_stored_before_its_answer) {
  ASSERT_TRUE(enroll(*back_, 1, true).good());
  EXPECT_EQ(store_->saves, 1);
  EXPECT_TRUE(store_->state.through_power_loss);
  ASSERT_TRUE(out(*back_, 1, 1, 0, 3).good());
  EXPECT_EQ(store_->state.type, ReservationType::exclusive_access);
  ASSERT_TRUE(out(*back_, 2, 1, 0, 3).good());
  EXPECT_FALSE(store_->state.type);
  ASSERT_TRUE(out(*back_, 3, 1, 0).good());
  EXPECT_TRUE(store_->state.registrations.empty());
  EXPECT_EQ(store_->saves, 4);
}

TEST_F(KeptReservationTest, a_unit_that_is_opened_again_knows_its_holder) {
  ASSERT_TRUE(enroll(*back_, 1, true).good());
  ASSERT_TRUE(out(*back_, 1, 1, 0, 3).good());
  const Bytes capabilities = in(*back_, 2);
  EXPECT_EQ(capabilities[2] & 0x01, 0x01);  // PTPL_C
  EXPECT_EQ(capabilities[3] & 0x01, 0x01);  // PTPL_A
  reopen();
  EXPECT_FALSE(reads(*stranger_));
  EXPECT_TRUE(writes(*back_));
  EXPECT_EQ(number_at(in(*stranger_, 1), 8, 8), 1u);
}

TEST_F(KeptReservationTest, all_registrants_come_back_as_holders) {
  ASSERT_TRUE(enroll(*back_, 1, true).good());
  ASSERT_TRUE(enroll(*stranger_, 2, true).good());
  ASSERT_TRUE(out(*back_, 1, 1, 0, 8).good());
  reopen();
  EXPECT_TRUE(writes(*back_));
  EXPECT_TRUE(writes(*stranger_));
  Pc third(*kept_, 3);
  EXPECT_FALSE(reads(third));
}

TEST_F(KeptReservationTest, the_last_registration_decides_whether_it_outlives_a_power_loss) {
  ASSERT_TRUE(enroll(*back_, 1, true).good());
  ASSERT_TRUE(enroll(*stranger_, 2, false).good());
  EXPECT_FALSE(store_->state.through_power_loss);
  EXPECT_EQ(in(*back_, 2)[3] & 0x01, 0);
}

TEST_F(KeptReservationTest, what_cannot_be_stored_is_not_called_good) {
  store_->broken = true;
  const auto reply = enroll(*back_, 1, true);
  EXPECT_EQ(reply.status, Status::check_condition);
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
  EXPECT_EQ(pc_.send({0x5f, 0, 0, 0, 0, 0, 0, 0, 24, 0}, keep).code(), 0x2600) << "nobody keeps it";
  EXPECT_EQ(in(pc_, 2)[2] & 0x01, 0) << "and it says so";
}

}  // namespace
}  // namespace bootferry::iscsi::scsi
