// SPDX-License-Identifier: Apache-2.0
// The target's shell over loopback: real sockets and threads, a directory and a disk in memory.
#include "iscsi/server.hpp"

#include <gtest/gtest.h>

#include <future>

#include "support/fault_device.hpp"
#include "unit/iscsi/fixture.hpp"

namespace bootferry::iscsi::testing {
namespace {

class ServerTest : public ServerFixture {};

TEST_F(ServerTest, WritesAndReadsBack) {
  Initiator pc(server.port());
  ASSERT_EQ(pc.log_in(disk), LoginStatus::success);
  pc.settle();
  for (const std::size_t size : {512, 4096, 65536, 1 << 20}) {
    const Bytes data = pattern(size, static_cast<std::uint8_t>(size >> 9));
    EXPECT_EQ(pc.write(100, data, size > 65536 ? 65536 : 512), 0);
    Bytes back;
    EXPECT_EQ(pc.read(100, static_cast<std::uint32_t>(size / 512), back), 0);
    EXPECT_EQ(back, data);
  }
  Bytes none;
  EXPECT_EQ(pc.read(1u << 20, 1, none), 2);  // behind the end
  const auto sessions = server.sessions();
  ASSERT_EQ(sessions.size(), 1u);
  EXPECT_EQ(sessions[0].target, disk);
  EXPECT_EQ(sessions[0].initiator, "iqn.2020-01.test:pc");
  EXPECT_EQ(sessions[0].isid, "800000000001");
  EXPECT_EQ(sessions[0].state, "full-feature");
  EXPECT_EQ(sessions[0].image, "dos");
  EXPECT_NE(sessions[0].tsih, 0);
  EXPECT_GE(sessions[0].traffic.bytes_read.value, 1u << 20);
  EXPECT_GE(sessions[0].traffic.bytes_written.value, 1u << 20);
  EXPECT_GE(sessions[0].traffic.commands(), 9u);
}

TEST_F(ServerTest, ASessionTellsWhatItDoesAndWhatWasAgreed) {
  Initiator pc(server.port());
  ASSERT_EQ(pc.log_in(disk), LoginStatus::success);
  boot::SessionView idle = server.sessions().at(0);
  EXPECT_EQ(idle.last_command, "");
  EXPECT_EQ(idle.traffic.read_latency.count(), 0u);
  EXPECT_EQ(idle.portal, "127.0.0.1:" + std::to_string(server.port()));
  EXPECT_EQ(idle.limits.send_segment, 8192u);
  EXPECT_EQ(idle.limits.receive_segment, 262144u);
  EXPECT_FALSE(idle.limits.initial_r2t);
  EXPECT_TRUE(idle.limits.immediate_data);
  EXPECT_EQ(idle.limits.max_burst, 262144u);
  EXPECT_FALSE(idle.limits.header_digest);

  pc.settle();  // ends with a read that works, after one or more that report a unit attention
  const auto settled = server.sessions().at(0).traffic;
  EXPECT_GE(settled.reads, 2u);
  EXPECT_EQ(settled.errors, 0u) << "an attention is none";
  Bytes out;
  EXPECT_EQ(pc.read(1u << 20, 1, out), 2);
  EXPECT_EQ(pc.write(0, Bytes(4096), 4096), 0);
  const boot::SessionView busy = server.sessions().at(0);
  EXPECT_EQ(busy.traffic.errors, 1u);
  EXPECT_EQ(busy.traffic.reads, settled.reads + 1);
  EXPECT_EQ(busy.traffic.writes, 1u);
  EXPECT_EQ(busy.traffic.bytes_read.value, 512u);
  EXPECT_EQ(busy.traffic.bytes_written.value, 4096u);
  EXPECT_EQ(busy.traffic.read_latency.count(), settled.reads + 1);
  EXPECT_EQ(busy.traffic.write_latency.count(), 1u);
  EXPECT_EQ(busy.last_command, "WRITE(16)");
  EXPECT_EQ(busy.highest_queue_depth, 1u);
  EXPECT_EQ(busy.queue_depth, 0u);
}

TEST_F(ServerTest, WhatATargetCarriedStaysCountedWhenItsSessionsEnd) {
  const auto written = [&] { return server.traffic().at(0).counters.bytes_written.value; };
  Initiator pc(server.port()), again(server.port());
  ASSERT_EQ(pc.log_in(disk), LoginStatus::success);
  pc.settle();
  ASSERT_EQ(pc.write(0, Bytes(4096), 4096), 0);
  EXPECT_EQ(written(), 4096u);
  ASSERT_EQ(again.log_in(disk), LoginStatus::success);  // the same session: the old one has ended before
  ASSERT_EQ(server.traffic().size(), 1u);
  EXPECT_EQ(server.traffic()[0].target, disk);
  EXPECT_EQ(server.traffic()[0].sessions, 1u);
  EXPECT_EQ(server.sessions().at(0).traffic.bytes_written.value, 0u);
  EXPECT_EQ(written(), 4096u);
  again.settle();
  ASSERT_EQ(again.write(0, Bytes(512), 512), 0);
  EXPECT_EQ(written(), 4608u);
}

TEST_F(ServerTest, WhatWasNegotiatedHoldsFromTheFirstPduAfterTheLogin) {
  Initiator pc(server.port());
  ASSERT_EQ(pc.log_in(disk), LoginStatus::success);
  ScsiCommand command;  // immediate data of a length that no login PDU may have, as Linux sends it after a reconnect
  command.write = true;
  command.task_tag = 7;
  command.expected_length = 65536;
  command.cmd_sn = 1;
  command.cdb = Initiator::cdb(0x8a, 0, 128);
  pc.send(command, pattern(65536, 1));
  const Received answer = pc.receive();
  ASSERT_FALSE(answer.closed);
  EXPECT_EQ(answer.opcode(), Opcode::scsi_response);
}

TEST_F(ServerTest, RefusalsAreToldAndPublished) {
  Initiator unknown(server.port()), stranger(server.port());
  EXPECT_EQ(unknown.log_in("iqn.nothing"), LoginStatus::not_found);
  EXPECT_TRUE(unknown.receive().closed);
  EXPECT_EQ(stranger.log_in(disk, 1, "iqn.stranger"), LoginStatus::out_of_resources);
  EXPECT_EQ(event_kinds(), (std::vector<std::string>{"login-refused", "login-refused"}));
  EXPECT_EQ(directory.holds, 0);
}

TEST_F(ServerTest, WhoIsRefusedWithoutEndDoesNotFillTheLog) {
  const std::string nobodys = "iqn.2026-11.org.bootferry:525400e2e0ff.80";
  constexpr std::size_t logins = 100;
  for (std::size_t i = 0; i < logins; ++i) {
    Initiator stranger(server.port());
    EXPECT_EQ(stranger.log_in(nobodys), LoginStatus::not_found);
    EXPECT_TRUE(stranger.receive().closed);
  }
  const auto told = events.since(0).first;
  EXPECT_FALSE(told.empty());
  EXPECT_LT(told.size(), logins);
  for (const boot::Event& event : told) EXPECT_FALSE(event.mac) << "there is no such client";
  const auto counted = server.login_refusals();
  ASSERT_EQ(counted.size(), 1u);
  EXPECT_EQ(counted.front().second, logins);
}

TEST_F(ServerTest, DiscoveryNamesTargetAndPortal) {
  Initiator pc(server.port());
  ASSERT_EQ(pc.log_in(""), LoginStatus::success);
  pc.send(TextRequest{.immediate = true, .task_tag = 5},
          Bytes{'S', 'e', 'n', 'd', 'T', 'a', 'r', 'g', 'e', 't', 's', '=', 'A', 'l', 'l', 0});
  const auto keys = parse_key_values(pc.receive().data);
  ASSERT_TRUE(keys);
  EXPECT_EQ(find_value(*keys, "TargetName"), disk);
  EXPECT_EQ(find_value(*keys, "TargetAddress"), "127.0.0.1:" + std::to_string(server.port()) + ",1");
}

TEST_F(ServerTest, TheSameSessionAgainEndsTheOldOne) {
  Initiator old(server.port()), again(server.port());
  ASSERT_EQ(old.log_in(disk), LoginStatus::success);
  ASSERT_EQ(again.log_in(disk), LoginStatus::success);
  EXPECT_TRUE(old.receive().closed);
  EXPECT_EQ(server.sessions().size(), 1u);
  EXPECT_EQ(directory.holds, 1);
  again.settle();
  Bytes out;
  EXPECT_EQ(again.read(0, 8, out), 0);
}

TEST_F(ServerTest, WhoHasNoRightDoesNotEndTheSessionThatHeNames) {
  Initiator old(server.port()), again(server.port());
  ASSERT_EQ(old.log_in(disk), LoginStatus::success);
  const auto session = server.sessions().front().id;
  directory.objects = true;
  EXPECT_EQ(again.log_in(disk), LoginStatus::authorization_failure);
  EXPECT_TRUE(again.receive().closed);
  EXPECT_FALSE(old.has_news());
  ASSERT_EQ(server.sessions().size(), 1u);
  EXPECT_EQ(server.sessions().front().id, session);
  EXPECT_TRUE(has_event("it has no right any more"));
}

TEST_F(ServerTest, AnotherIsidIsAnotherSession) {
  Initiator ipxe(server.port()), linux_(server.port());
  ASSERT_EQ(ipxe.log_in(disk, 1), LoginStatus::success);
  ASSERT_EQ(linux_.log_in(disk, 2), LoginStatus::success);
  EXPECT_EQ(server.sessions().size(), 2u);
  ipxe.settle();
  linux_.settle();
  Bytes out;
  EXPECT_EQ(ipxe.read(0, 1, out), 0);
  EXPECT_EQ(linux_.read(0, 1, out), 0);
}

TEST_F(ServerTest, AFinEndsTheSessionAtOnce) {
  std::promise<void> closed;
  Initiator pc(server.port());
  ASSERT_EQ(pc.log_in(disk), LoginStatus::success);
  const std::uint64_t so_far = events.last_id();
  auto subscription = events.subscribe([&closed] { closed.set_value(); });
  pc.close();
  ASSERT_EQ(closed.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  const auto news = events.since(so_far).first;
  ASSERT_EQ(news.size(), 1u);
  EXPECT_EQ(news[0].kind, boot::EventKind::session_closed);
  EXPECT_EQ(news[0].mac->to_string(), "52:54:00:e2:e0:01");
  EXPECT_EQ(news[0].address->to_string(), "127.0.0.1");
}

TEST_F(ServerTest, ADropAsksForALogoutAndEnds) {
  Initiator pc(server.port());
  ASSERT_EQ(pc.log_in(disk), LoginStatus::success);
  EXPECT_FALSE(server.drop(999));
  ASSERT_TRUE(server.drop(server.sessions().at(0).id));
  const Received asked = pc.receive();
  ASSERT_EQ(asked.opcode(), Opcode::async_message);
  EXPECT_EQ(decode<AsyncMessage>(asked.bhs).event, AsyncEvent::logout_request);
  pc.send(LogoutRequest{.task_tag = 9});
  EXPECT_EQ(pc.receive().opcode(), Opcode::logout_response);
  EXPECT_TRUE(pc.receive().closed);
}

TEST_F(ServerTest, StopAsksAllToLogOutAndLeavesNobody) {
  Initiator polite(server.port()), deaf(server.port()), silent(server.port());
  ASSERT_EQ(polite.log_in(disk, 1), LoginStatus::success);
  ASSERT_EQ(deaf.log_in(disk, 2), LoginStatus::success);
  auto stopping = std::async(std::launch::async, [this] { server.stop(std::chrono::milliseconds(300)); });
  EXPECT_EQ(polite.receive().opcode(), Opcode::async_message);
  polite.send(LogoutRequest{.task_tag = 9});
  EXPECT_EQ(polite.receive().opcode(), Opcode::logout_response);
  stopping.get();
  stopped = true;
  EXPECT_TRUE(server.sessions().empty());
  EXPECT_EQ(directory.holds, 0);
  EXPECT_EQ(deaf.receive().opcode(), Opcode::async_message);
  EXPECT_TRUE(deaf.receive().closed);
  EXPECT_TRUE(silent.receive().closed);
}

TEST_F(ServerTest, GarbageLeavesOthersUndisturbed) {
  Initiator pc(server.port());
  ASSERT_EQ(pc.log_in(disk), LoginStatus::success);
  pc.settle();
  for (int kind = 0; kind < 4; ++kind) {
    Initiator bad(server.port());
    if (kind == 3) {
      EXPECT_EQ(bad.log_in(disk, 9), LoginStatus::success);
    }
    if (kind == 0) bad.send_raw(Bytes(300, 0xff));
    if (kind == 1) bad.send_raw(bytes_of("GET / HTTP/1.1\r\nHost: here, this is no iSCSI at all\r\n\r\n"));
    if (kind == 2)
      bad.send(LoginRequest{.transit = true, .current = LoginStage::reserved, .next = LoginStage::full_feature});
    if (kind == 3) bad.send_raw(Bytes(4096, 0x05));  // a data segment beyond all limits
    while (!bad.receive().closed) {
    }
    Bytes out;
    EXPECT_EQ(pc.read(0, 64, out), 0);
  }
}

TEST_F(ServerTest, OneAddressCannotTakeAllConnections) {
  std::vector<std::unique_ptr<Initiator>> idle;
  for (int i = 0; i < 20; ++i) idle.push_back(std::make_unique<Initiator>(server.port()));
  Initiator more(server.port());
  EXPECT_TRUE(more.receive().closed);
  EXPECT_EQ(idle.back()->log_in(disk), LoginStatus::success);
}

TEST_F(ServerTest, ASlowReaderDoesNotDelayAnother) {
  Initiator slow(server.port()), pc(server.port());
  ASSERT_EQ(slow.log_in(disk, 1), LoginStatus::success);
  ASSERT_EQ(pc.log_in(disk, 2), LoginStatus::success);
  slow.settle();
  pc.settle();
  for (std::uint32_t i = 0; i < 60; ++i) {  // 60 MiB asked for, nothing read
    ScsiCommand command;
    command.read = true;
    command.task_tag = 5000 + i;
    command.expected_length = 1 << 20;
    command.cmd_sn = 3 + i;
    command.cdb = Initiator::cdb(0x88, 0, 2048);
    slow.send(command);
  }
  Bytes out;
  for (int i = 0; i < 20; ++i) EXPECT_EQ(pc.read(0, 128, out), 0);
}

TEST_F(ServerTest, ADiskThatThrowsFailsTheCommandAndNothingElse) {
  auto device = std::make_shared<test::FaultDevice>(std::make_shared<images::MemoryDevice>(mib(8)));
  std::atomic<bool> throws{false};
  device->before_each([&throws](const auto&) {
    if (throws.exchange(false)) throw std::bad_alloc();
  });
  directory.unit = scsi::make_disk(device, {disk, "0001"});
  Initiator pc(server.port());
  ASSERT_EQ(pc.log_in(disk), LoginStatus::success);
  pc.settle();
  throws = true;
  EXPECT_EQ(pc.write(0, pattern(4096, 1)), 2);
  EXPECT_EQ(pc.write(0, pattern(4096, 2)), 0);
  pc.close();
  server.stop(std::chrono::milliseconds(200));
  stopped = true;
  EXPECT_EQ(directory.holds, 0);
}

/// PERSISTENT RESERVE OUT with its parameters as immediate data; the answer is not waited for.
void send_reserve_out(Initiator& pc, std::uint8_t action, std::uint8_t type, std::uint64_t key, std::uint64_t other,
                      std::uint32_t cmd_sn) {
  ScsiCommand command;
  command.write = true;
  command.task_tag = 1000 + cmd_sn;
  command.expected_length = 24;
  command.cmd_sn = cmd_sn;
  command.cdb = {0x5f, action, type, 0, 0, 0, 0, 0, 24};
  Bytes list(24);
  list[7] = static_cast<std::uint8_t>(key);
  list[15] = static_cast<std::uint8_t>(other);
  pc.send(command, list);
}

// Whoever takes a disk over must not find a late write of the other on it.
TEST_F(ServerTest, PreemptAndAbortAnswersAfterTheVictimsWritesAreOver) {
  auto device = std::make_shared<test::FaultDevice>(std::make_shared<images::MemoryDevice>(mib(8)));
  struct Gate {
    std::promise<void> reached, released;
    std::atomic<bool> holds_one{false};
  };
  const auto gate = std::make_shared<Gate>();  // the device is flushed once more when the test has ended
  device->before_each([gate](const auto&) {
    if (!gate->holds_one.exchange(false)) return;
    gate->reached.set_value();
    gate->released.get_future().wait();
  });
  directory.unit = scsi::make_disk(device, {disk, "0001"});
  Initiator victim(server.port()), heir(server.port()), witness(server.port());
  ASSERT_EQ(victim.log_in(disk, 1), LoginStatus::success);
  ASSERT_EQ(heir.log_in(disk, 2), LoginStatus::success);
  ASSERT_EQ(witness.log_in(disk, 3), LoginStatus::success);
  const auto status_of = [](Initiator& pc) {
    const Received answer = pc.receive();
    return answer.opcode() == Opcode::scsi_response ? int{decode<ScsiResponse>(answer.bhs).status} : -1;
  };
  // The first command of each hears POWER ON; keys are known from the second on.
  for (const std::uint32_t sn : {1u, 2u}) send_reserve_out(victim, 6, 0, 0, 1, sn);
  for (const std::uint32_t sn : {1u, 2u}) send_reserve_out(heir, 6, 0, 0, 2, sn);
  ASSERT_EQ(status_of(victim), 2);
  ASSERT_EQ(status_of(victim), 0);
  ASSERT_EQ(status_of(heir), 2);
  ASSERT_EQ(status_of(heir), 0);
  witness.settle();

  gate->holds_one = true;
  ScsiCommand write;
  write.write = true;
  write.task_tag = 77;
  write.expected_length = 512;
  write.cmd_sn = 3;
  write.cdb = Initiator::cdb(0x8a, 0, 1);
  victim.send(write, Bytes(512, 0x11));
  gate->reached.get_future().wait();

  send_reserve_out(heir, 5, 1, 2, 1, 3);  // PREEMPT AND ABORT
  Bytes ignored;
  for (int i = 0; i < 50; ++i) (void)witness.read(1, 1, ignored);
  EXPECT_FALSE(heir.has_news()) << "the victim's write is still on its way to the disk";
  gate->released.set_value();
  EXPECT_EQ(status_of(heir), 0);
}

// Many of them at once would have the target read, and keep, gigabytes that it may not even send.
TEST_F(ServerTest, AReadThatTakesNoDataDoesNotTouchTheDisk) {
  auto device = std::make_shared<test::FaultDevice>(std::make_shared<images::MemoryDevice>(mib(8)));
  directory.unit = scsi::make_disk(device, {disk, "0001"});
  Initiator pc(server.port());
  ASSERT_EQ(pc.log_in(disk), LoginStatus::success);
  pc.settle();
  device->forget_calls();
  ScsiCommand command;  // neither to be read nor written, says its header
  command.task_tag = 7;
  command.cmd_sn = 3;
  command.cdb = Initiator::cdb(0x88, 0, 16384);
  command.cdb[1] = 0x08;  // FUA: not from memory
  pc.send(command);
  const auto response = decode<ScsiResponse>(pc.receive().bhs);
  EXPECT_EQ(response.status, 0);
  EXPECT_TRUE(response.overflow);
  EXPECT_EQ(response.residual, 8u << 20);
  EXPECT_TRUE(device->calls().empty());
  EXPECT_EQ(server.sessions().at(0).traffic.bytes_read.value, 512u);
}

}  // namespace
}  // namespace bootferry::iscsi::testing
