// SPDX-License-Identifier: Apache-2.0
// A child process writes leases and tells each durable one through a pipe; it is killed in mid-write, at a different
// moment each time. What was told must be there, and the file must be whole.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "db/event_store.hpp"
#include "db/lease_store.hpp"
#include "db/registry.hpp"
#include "db/statement.hpp"
#include "db_fixture.hpp"

namespace bootferry::db {
namespace {

struct Told {
  std::uint32_t address;
  std::uint32_t round;
};

/// Never returns: writes leases, sightings and events as fast as it can until it is killed.
[[noreturn]] void write_until_killed(const std::filesystem::path& file, int pipe, std::uint32_t round) {
  SystemClock clock;
  auto database = open_database(file);
  boot::EventBus bus(clock, EventStore::next_id(*database));
  WorkerPool pool("db", 1);
  EventStore events(*database, bus, pool);
  Registry registry(*database, bus, clock, pool);
  LeaseStore store(*database, pool);
  for (std::uint32_t n = 0;; ++n) {
    boot::Lease lease;
    lease.address = {0x0a000000 + n % 5000};
    lease.mac = mac_number(n);
    lease.hostname = std::to_string(round);
    const Told told{lease.address.value, round};
    store.save(lease, [pipe, told](Result<void> saved) {
      if (saved && ::write(pipe, &told, sizeof told) != sizeof told) ::_exit(1);
    });
    registry.note_seen({lease.mac, lease.address, boot::Architecture::bios, {}});
    if (n % 16 == 0) ::usleep(200);  // so that batches of all sizes are made
  }
}

TEST(CrashTest, what_was_acknowledged_before_a_kill_is_there_after_it) {
  TemporaryFolder folder;
  const auto file = folder / "bootferry.db";
  std::size_t acknowledged = 0;
  for (std::uint32_t round = 1; round <= 12; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const pid_t child = ::fork();
    if (child == 0) write_until_killed(file, ends[1], round);
    ASSERT_GT(child, 0);
    ::close(ends[1]);
    std::set<std::uint32_t> told;
    Told next{};
    // The moment varies with what was read, not with a clock: after 1, 150, 299, ... leases.
    const std::size_t enough = 1 + (round - 1) * 149;
    for (std::size_t count = 0; count < enough && ::read(ends[0], &next, sizeof next) == sizeof next; ++count)
      told.insert(next.address);
    ::kill(child, SIGKILL);
    while (::read(ends[0], &next, sizeof next) == sizeof next) told.insert(next.address);
    ::close(ends[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";
    ASSERT_FALSE(told.empty());
    acknowledged += told.size();

    auto database = open_database(file);
    Statement check(*database, "PRAGMA integrity_check");
    ASSERT_TRUE(check.step());
    EXPECT_EQ(check.text(0), "ok") << "round " << round;
    EXPECT_EQ(database->query_number("SELECT count(*) FROM pragma_foreign_key_check"), 0);
    std::set<std::uint32_t> found;
    WorkerPool pool("db", 1);
    LeaseStore store(*database, pool);
    for (const boot::Lease& lease : store.load()) {
      if (lease.hostname == std::to_string(round)) found.insert(lease.address.value);
    }
    for (const std::uint32_t address : told)
      EXPECT_TRUE(found.contains(address)) << "round " << round << ": lost " << Ipv4Address{address}.to_string();
  }
  EXPECT_GT(acknowledged, 1000u);
}

}  // namespace
}  // namespace bootferry::db
