// SPDX-License-Identifier: Apache-2.0
// Boots from events to the database, the bus and a client's summary, on a clock of the test's.
#include "app/boot_keeper.hpp"

#include <gtest/gtest.h>

#include "base/worker_pool.hpp"
#include "db/migrate.hpp"
#include "db/registry.hpp"
#include "support/temporary_folder.hpp"

namespace bootferry::app {
namespace {

using namespace std::chrono_literals;
const MacAddress pc{{0x52, 0x54, 0, 0, 0, 1}};

class BootKeeperTest : public testing::Test {
 protected:
  void tell(boot::EventKind kind, std::vector<std::pair<std::string, std::string>> fields = {}) {
    keeper->on_event({0, clock.wall_now(), kind, pc, {}, "Something.", std::move(fields)});
  }
  void pass(std::chrono::milliseconds time) {
    for (auto left = time; left > 0ms; left -= 500ms) {
      clock.advance(500ms);
      keeper->tick();
    }
  }
  std::vector<std::string> kinds() {
    std::vector<std::string> out;
    for (const boot::Event& event : subscription->take().events) out.emplace_back(name_of(event.kind));
    return out;
  }

  test::TemporaryFolder folder;
  ManualClock clock;
  WorkerPool pool{"db", 1};
  std::unique_ptr<db::Database> database = db::open_database(folder / "bootferry.db");
  boot::EventBus bus{clock};
  db::Registry registry{*database, bus, clock, pool};
  db::BootStore store{*database};
  capture::PacketRings packets;
  std::unique_ptr<BootKeeper> keeper =
      std::make_unique<BootKeeper>(BootKeeper::Parts{store, bus, registry, clock, &packets});
  std::unique_ptr<boot::EventSubscription> subscription = bus.subscribe([] {});
};

TEST_F(BootKeeperTest, ABootIsStoredToldAndSummedUp) {
  EXPECT_FALSE(keeper->last_of(pc));
  tell(boot::EventKind::dhcp_discover, {{"firmware", "BIOS PXE"}});
  pass(500ms);
  EXPECT_EQ(kinds(), (std::vector<std::string>{"boot-started"}));
  pass(9s);
  EXPECT_TRUE(kinds().empty()) << "nothing new, nothing told";
  pass(1s);
  const auto events = subscription->take().events;
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, boot::EventKind::boot_stalled);
  EXPECT_EQ(events[0].mac, pc);
  EXPECT_EQ(boot::field_of(events[0], "boot"), "1");
  EXPECT_EQ(boot::field_of(events[0], "code"), "not-offered");
  EXPECT_EQ(boot::field_of(events[0], "state"), "stalled");
  ASSERT_TRUE(keeper->last_of(pc));
  EXPECT_EQ(keeper->last_of(pc)->code, "not-offered");
  EXPECT_EQ(keeper->boots({pc, 10}).size(), 1u);
  EXPECT_EQ(keeper->find_boot(1)->steps.size(), 1u);
}

TEST_F(BootKeeperTest, SessionsAreSampledWhileItBoots) {
  std::uint64_t bytes = 0;
  int asked = 0;
  keeper->start([&](std::span<const std::uint64_t> ids) {
    ++asked;
    EXPECT_EQ(ids.size(), 1u);
    return std::vector<boot::SessionSample>{{7, {bytes}, {}, clock.wall_now()}};
  });
  keeper->stop();  // the test is the clock
  asked = 0;
  tell(boot::EventKind::dhcp_discover, {{"firmware", "iPXE, BIOS"}});
  pass(2s);
  EXPECT_EQ(asked, 0) << "there is no session";
  tell(boot::EventKind::script_served, {{"decision", "san"}});
  tell(boot::EventKind::session_opened, {{"session", "7"}, {"isid", "400027230001"}});
  bytes = 1 << 20;
  pass(2s);
  EXPECT_EQ(asked, 2) << "once a second";
  EXPECT_EQ(keeper->find_boot(1)->bytes_read, mib(1));
  pass(40s);
  ASSERT_EQ(keeper->find_boot(1)->state, boot::BootState::booted);
  asked = 0;
  pass(60s);
  EXPECT_LE(asked, 3) << "one that runs is left in peace";
}

TEST_F(BootKeeperTest, ADownloadIsSeenToMoveAndStaysOneStepOfTheRecord) {
  tell(boot::EventKind::dhcp_discover, {{"firmware", "BIOS PXE"}});
  tell(boot::EventKind::tftp_start, {{"file", "undionly.kpxe"}, {"bytes", "70000"}, {"percent", "0"}});
  pass(500ms);
  (void)subscription->take();
  for (const char* percent : {"1", "30", "75"}) {
    tell(boot::EventKind::tftp_progress, {{"file", "undionly.kpxe"}, {"total", "70000"}, {"percent", percent}});
    pass(500ms);
    const auto events = subscription->take().events;
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].kind, boot::EventKind::boot_step);
    EXPECT_EQ(boot::field_of(events[0], "step"), "loader");
    EXPECT_EQ(boot::field_of(events[0], "percent"), percent);
    EXPECT_EQ(keeper->find_boot(1)->steps.size(), 2u);
  }
}

TEST_F(BootKeeperTest, BootsGoOnAfterARestart) {
  tell(boot::EventKind::dhcp_discover, {{"firmware", "BIOS PXE"}});
  pass(1s);
  keeper = std::make_unique<BootKeeper>(BootKeeper::Parts{store, bus, registry, clock, &packets});
  ASSERT_TRUE(keeper->last_of(pc));
  tell(boot::EventKind::dhcp_offer);
  pass(1s);
  EXPECT_EQ(keeper->find_boot(1)->stage, boot::StepKind::offer);
  EXPECT_FALSE(keeper->find_boot(2));
}

TEST_F(BootKeeperTest, ANewBootBeginsItsPacketsAnew) {
  const auto packet = [&] { return capture::Packet{clock.wall_now(), 10, Bytes(10)}; };
  packets.add(pc, packet());
  clock.advance(60s);
  packets.add(pc, packet());
  tell(boot::EventKind::dhcp_discover, {{"firmware", "BIOS PXE"}});
  pass(500ms);
  EXPECT_EQ(keeper->packets_of(pc).size(), 24u + 16 + 10) << "one packet is left";
}

}  // namespace
}  // namespace bootferry::app
