// SPDX-License-Identifier: Apache-2.0
// The life of sessions raced: everything that can end one meets everything that still works for it. Meant for
// ThreadSanitizer and AddressSanitizer.
#include <gtest/gtest.h>

#include <thread>

#include "support/fault_device.hpp"
#include "unit/iscsi/fixture.hpp"

namespace bootferry::iscsi::testing {
namespace {

class RacesTest : public ServerFixture {
 protected:
  RacesTest() : ServerFixture(make()) {
    auto device = std::make_shared<test::FaultDevice>(std::make_shared<images::MemoryDevice>(mib(8)));
    device->before_each([](const auto&) {  // commands are on the disk a while
      for (int i = 0; i < 50; ++i) std::this_thread::yield();
    });
    directory.unit = scsi::make_disk(device, {disk, "0001"});
  }
  static ServerSettings make() {
    ServerSettings settings = make_settings();
    settings.max_connections_per_address = 1000;
    settings.tick = std::chrono::milliseconds(1);
    settings.keepalive = {std::chrono::milliseconds(5), std::chrono::milliseconds(50)};
    return settings;
  }

  static void send_writes(Initiator& pc, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) {
      ScsiCommand command;
      command.write = true;
      command.task_tag = 1000 + i;
      command.expected_length = 4096;
      command.cmd_sn = 1 + i;
      command.cdb = Initiator::cdb(0x8a, i * 8, 8);
      pc.send(command, Bytes(4096, 0x5a));
    }
  }
  static TaskManagementRequest function(TaskManagement which) {
    return {.function = which, .task_tag = 77, .referenced_tag = 1003, .cmd_sn = 21, .referenced_cmd_sn = 4};
  }

  /// One machine that comes and goes in every way there is.
  void live(int lane, int rounds) {
    for (int i = 0; i < rounds; ++i) {
      Initiator pc(server.port());
      pc.be_quiet();
      // Two lanes share a name and an ISID: each login ends the other's session (RFC 7143 6.3.5).
      const auto isid = static_cast<std::uint8_t>(1 + lane / 2);
      if (pc.log_in(disk, isid, "iqn.racer") != LoginStatus::success) continue;
      send_writes(pc, 20);
      switch ((i + lane) % 6) {
        case 0:
          break;  // away, with all of it on its way
        case 1:
          pc.send(LogoutRequest{.task_tag = 9, .cmd_sn = 21});
          break;
        case 2:
          pc.send(function(TaskManagement::logical_unit_reset));
          (void)pc.receive();
          break;
        case 3:
          pc.send(function(TaskManagement::abort_task));
          pc.send(function(TaskManagement::clear_task_set));
          pc.shut_down_sending();
          break;
        case 4:
          (void)pc.receive();
          pc.close();
          break;
        case 5:
          pc.send(function(TaskManagement::target_cold_reset));
          (void)pc.receive();
          break;
      }
    }
  }
};

// Linux' target freed a connection, and a session, that was still being released elsewhere.
TEST_F(RacesTest, CVE_2026_23193_CVE_2026_23216_SessionsEndWhileOthersStillUseThem) {
  std::atomic<bool> over{false};
  std::thread administrator([&] {
    while (!over) {
      for (const boot::SessionView& view : server.sessions()) (void)server.drop(view.id);
      (void)server.traffic();
      server.check_rights();
      std::this_thread::yield();
    }
  });
  std::vector<std::thread> machines;
  for (int lane = 0; lane < 4; ++lane) machines.emplace_back([this, lane] { live(lane, 25); });
  for (std::thread& machine : machines) machine.join();
  over = true;
  administrator.join();
  EXPECT_TRUE(eventually([&] { return server.sessions().empty() && directory.holds == 0; }));
  Initiator after(server.port());
  ASSERT_EQ(after.log_in(disk, 9), LoginStatus::success);
  after.settle();
  Bytes out;
  EXPECT_EQ(after.read(0, 8, out), 0);
}

TEST_F(RacesTest, AStopMeetsSessionsInEveryState) {
  std::vector<std::thread> machines;
  for (int lane = 0; lane < 3; ++lane) machines.emplace_back([this, lane] { live(lane, 6); });
  server.stop(std::chrono::milliseconds(20));
  stopped = true;
  EXPECT_TRUE(server.sessions().empty());
  EXPECT_EQ(directory.holds, 0);
  for (std::thread& machine : machines) machine.join();
}

}  // namespace
}  // namespace bootferry::iscsi::testing
