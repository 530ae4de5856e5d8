// SPDX-License-Identifier: Apache-2.0
// What happens to sessions beside their commands, over real sockets: portals, pings, rights that go, storms,
// connections that go nowhere.
#include <gtest/gtest.h>

#include <thread>

#include "unit/iscsi/fixture.hpp"

namespace bootferry::iscsi::testing {
namespace {

const std::string loopback6 = "::1";

class PortalsTest : public ServerFixture {
 protected:
  PortalsTest() : ServerFixture(make()) {}
  static ServerSettings make() {
    ServerSettings settings = make_settings();
    settings.addresses = {"127.0.0.1", "::1", "127.0.0.2"};
    return settings;
  }
  std::string portal(const std::string& host) { return host + ":" + std::to_string(server.port()) + ",1"; }
};

TEST_F(PortalsTest, AreAllNamedTheOwnOneFirst) {
  Initiator by4(server.port()), by6(server.port(), loopback6);
  for (Initiator* pc : {&by4, &by6}) {
    ASSERT_EQ(pc->log_in(""), LoginStatus::success);
    pc->send(TextRequest{.immediate = true, .task_tag = 5}, bytes("SendTargets=All"));
    const auto keys = parse_key_values(pc->receive().data);
    ASSERT_TRUE(keys);
    std::vector<std::string> portals;
    for (const KeyValue& pair : *keys) {
      if (pair.key == "TargetAddress") portals.push_back(pair.value);
    }
    const auto four = portal("127.0.0.1"), six = portal("[::1]"), other = portal("127.0.0.2");
    EXPECT_EQ(portals,
              pc == &by4 ? (std::vector<std::string>{four, six, other}) : (std::vector<std::string>{six, four, other}));
  }
}

TEST_F(PortalsTest, TwoPathsLeadToOneUnit) {
  Initiator by4(server.port()), by6(server.port(), loopback6);
  ASSERT_EQ(by4.log_in(disk, 1), LoginStatus::success);
  ASSERT_EQ(by6.log_in(disk, 2), LoginStatus::success);
  by4.settle();
  by6.settle();
  const Bytes data = pattern(4096, 3);
  EXPECT_EQ(by4.write(8, data), 0);
  Bytes back;
  EXPECT_EQ(by6.read(8, 8, back), 0);
  EXPECT_EQ(back, data);
  EXPECT_EQ(server.sessions().size(), 2u);
  by4.close();
  EXPECT_EQ(by6.read(8, 8, back), 0);
}

class SilenceTest : public ServerFixture {
 protected:
  SilenceTest() : ServerFixture(make()) {}
  static ServerSettings make() {
    ServerSettings settings = make_settings();
    settings.tick = std::chrono::milliseconds(5);
    settings.keepalive = {std::chrono::milliseconds(20), std::chrono::milliseconds(40)};
    return settings;
  }
};

TEST_F(SilenceTest, TheDeadAreFoundAndTheLivingStay) {
  Initiator dead(server.port()), living(server.port());
  ASSERT_EQ(dead.log_in(disk, 1), LoginStatus::success);
  ASSERT_EQ(living.log_in(disk, 2), LoginStatus::success);
  for (int i = 0; i < 10; ++i) {
    const Received ping = living.receive();
    ASSERT_EQ(ping.opcode(), Opcode::nop_in);
    const auto nop = decode<NopIn>(ping.bhs);
    living.send(NopOut{.immediate = true, .task_tag = no_tag, .transfer_tag = nop.transfer_tag});
  }
  EXPECT_EQ(dead.receive().opcode(), Opcode::nop_in);
  EXPECT_TRUE(dead.receive().closed);
  EXPECT_TRUE(eventually([&] { return server.sessions().size() == 1; }));
}

class RightsTest : public ServerFixture {};

TEST_F(RightsTest, WhoLosesHisIsAskedToLeaveAndOthersAreNot) {
  Initiator loses(server.port()), stays(server.port()), looks(server.port());
  ASSERT_EQ(loses.log_in(disk, 1, "iqn.loser"), LoginStatus::success);
  ASSERT_EQ(stays.log_in(disk, 2), LoginStatus::success);
  ASSERT_EQ(looks.log_in("", 3, "iqn.loser"), LoginStatus::success);  // a discovery session has no disk to lose
  stays.settle();
  server.check_rights();
  directory.revoke("iqn.loser");
  server.check_rights();
  server.check_rights();  // asked once
  const Received asked = loses.receive();
  ASSERT_EQ(asked.opcode(), Opcode::async_message);
  EXPECT_EQ(decode<AsyncMessage>(asked.bhs).event, AsyncEvent::logout_request);
  loses.send(LogoutRequest{.task_tag = 9});
  EXPECT_EQ(loses.receive().opcode(), Opcode::logout_response);
  EXPECT_TRUE(loses.receive().closed);
  Bytes out;
  EXPECT_EQ(stays.read(0, 8, out), 0);
  EXPECT_TRUE(eventually([&] { return server.sessions().size() == 2; }));
  EXPECT_TRUE(has_event("its right is gone"));
}

TEST_F(RightsTest, WhoDoesNotListenIsCut) {
  Initiator deaf(server.port());
  ASSERT_EQ(deaf.log_in(disk, 1, "iqn.loser"), LoginStatus::success);
  directory.revoke("iqn.loser");
  server.check_rights();
  EXPECT_EQ(decode<AsyncMessage>(deaf.receive().bhs).event, AsyncEvent::logout_request);
  EXPECT_EQ(decode<AsyncMessage>(deaf.receive().bhs).event, AsyncEvent::session_drop);
  EXPECT_TRUE(deaf.receive().closed);
}

TEST_F(RightsTest, ARightThatGoesDuringTheLoginIsMissedByNobody) {
  directory.revoke("iqn.loser");
  Initiator late(server.port());
  ASSERT_EQ(late.log_in(disk, 1, "iqn.loser"), LoginStatus::success);
  EXPECT_EQ(decode<AsyncMessage>(late.receive().bhs).event, AsyncEvent::logout_request);
}

/// A disk that looks around when a session leaves it.
class WatchedUnit final : public scsi::LogicalUnit {
 public:
  WatchedUnit(std::shared_ptr<scsi::LogicalUnit> disk, std::function<void()> on_end)
      : disk_(std::move(disk)), on_end_(std::move(on_end)) {}
  void on_nexus_begin(const scsi::Nexus& nexus) override { disk_->on_nexus_begin(nexus); }
  void on_nexus_end(const scsi::Nexus& nexus) override {
    on_end_();
    disk_->on_nexus_end(nexus);
  }
  void on_reset(const scsi::Nexus& by) override { disk_->on_reset(by); }
  void on_capacity_changed() override { disk_->on_capacity_changed(); }
  std::unique_ptr<scsi::Task> make_task(const scsi::Nexus& nexus, std::uint64_t lun,
                                        const std::array<std::uint8_t, 16>& cdb) override {
    return disk_->make_task(nexus, lun, cdb);
  }
  Result<void> run_job(const scsi::DiskJob& job, MutableByteView buffer) override {
    return disk_->run_job(job, buffer);
  }
  images::BlockDevice& device() override { return disk_->device(); }
  const scsi::Naa& naa() const override { return disk_->naa(); }

 private:
  std::shared_ptr<scsi::LogicalUnit> disk_;
  std::function<void()> on_end_;
};

class LogoutTest : public ServerFixture {};

// The machine that hears that it is out may come again at once, or tell another one to: its reservation must be gone.
TEST_F(LogoutTest, IsAnsweredWhenNothingOfTheSessionIsLeftOnTheDisk) {
  Initiator pc(server.port());
  std::atomic<int> ends{0}, told_too_soon{0};
  directory.unit = std::make_shared<WatchedUnit>(directory.unit, [&] {
    ++ends;
    told_too_soon += pc.has_news();
  });
  ASSERT_EQ(pc.log_in(disk), LoginStatus::success);
  pc.settle();
  pc.send(LogoutRequest{.task_tag = 9});
  EXPECT_EQ(pc.receive().opcode(), Opcode::logout_response);
  EXPECT_EQ(ends, 1);
  EXPECT_TRUE(pc.receive().closed);
  EXPECT_TRUE(eventually([&] { return directory.holds == 0; }));
  EXPECT_EQ(ends, 1);
  EXPECT_EQ(told_too_soon, 0);
}

class StormTest : public ServerFixture {
 protected:
  StormTest() : ServerFixture(make()) {}
  static ServerSettings make() {
    ServerSettings settings = make_settings();
    settings.max_connections_per_address = 4000;
    return settings;
  }
};

TEST_F(StormTest, ConnectionsThatComeAndGoDelayNobody) {
  Initiator pc(server.port());
  ASSERT_EQ(pc.log_in(disk), LoginStatus::success);
  pc.settle();
  std::vector<std::thread> storm;
  for (int lane = 0; lane < 3; ++lane) {
    storm.emplace_back([this, lane] {
      for (int i = 0; i < 100; ++i) {
        Initiator guest(server.port());
        const int how = (i + lane) % 5;
        if (how == 0) continue;                         // connects and goes
        if (how == 1) guest.send_raw(Bytes(17, 0x43));  // a part of a header
        if (how == 2) guest.shut_down_sending();        // FIN, and waits
        if (how >= 3) (void)guest.log_in(disk, static_cast<std::uint8_t>(10 + lane), "iqn.guest");
        if (how == 4) guest.close();
      }
    });
  }
  Bytes out;
  for (int i = 0; i < 200; ++i) EXPECT_EQ(pc.read(static_cast<std::uint64_t>(i), 16, out), 0);
  for (std::thread& one : storm) one.join();
  EXPECT_EQ(pc.read(0, 16, out), 0);
  EXPECT_TRUE(eventually([&] { return server.sessions().size() == 1; }));
  EXPECT_TRUE(eventually([&] { return directory.holds == 1; }));
}

TEST_F(StormTest, ConnectionsThatNeverLogInTakeNothingFromOthers) {
  std::vector<std::unique_ptr<Initiator>> silent;
  for (int i = 0; i < 500; ++i) {
    silent.push_back(std::make_unique<Initiator>(server.port()));
    if (i % 2 == 0) silent.back()->send_raw(Bytes(static_cast<std::size_t>(i % 48), 0x43));
  }
  Initiator pc(server.port());
  ASSERT_EQ(pc.log_in(disk), LoginStatus::success);
  pc.settle();
  Bytes out;
  for (int i = 0; i < 50; ++i) EXPECT_EQ(pc.read(0, 16, out), 0);
  EXPECT_EQ(server.sessions().size(), 1u);
}

TEST_F(StormTest, SlowReadersDoNotDelayOthers) {
  std::vector<std::unique_ptr<Initiator>> slow;
  for (std::uint8_t i = 0; i < 8; ++i) {
    slow.push_back(std::make_unique<Initiator>(server.port()));
    ASSERT_EQ(slow.back()->log_in(disk, 20 + i), LoginStatus::success);
    slow.back()->settle();
    slow.back()->ask_for_reads(40, 1 << 20);
  }
  Initiator pc(server.port());
  ASSERT_EQ(pc.log_in(disk), LoginStatus::success);
  pc.settle();
  const Bytes data = pattern(65536, 9);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(pc.write(0, data, 65536), 0);
    Bytes out;
    EXPECT_EQ(pc.read(0, 128, out), 0);
    EXPECT_EQ(out, data);
  }
}

}  // namespace
}  // namespace bootferry::iscsi::testing
