// SPDX-License-Identifier: Apache-2.0
#include "db/lease_store.hpp"

#include <atomic>
#include <future>
#include <map>

#include "db_fixture.hpp"

namespace bootferry::db {
namespace {

boot::Lease lease_number(std::uint32_t n) {
  boot::Lease lease;
  lease.address = {0x0a000000 + n};
  lease.mac = mac_number(n);
  lease.client_id = {1, 2, static_cast<std::uint8_t>(n)};
  lease.hostname = "pc" + std::to_string(n);
  lease.expires = WallTime{std::chrono::milliseconds{1'700'000'000'000 + n}};
  return lease;
}

struct LeaseStoreTest : DbTest {
  WorkerPool pool{"db", 1};
};

TEST_F(LeaseStoreTest, leases_survive_with_every_field) {
  std::vector<boot::Lease> saved{lease_number(1), lease_number(2), lease_number(3)};
  saved[1].state = boot::LeaseState::released;
  saved[2].state = boot::LeaseState::declined;
  saved[2].client_id.clear();
  saved[2].hostname.clear();
  {
    LeaseStore store(*database, pool);
    for (const boot::Lease& lease : saved) store.save(lease, [](Result<void> done) { EXPECT_TRUE(done); });
  }
  reopen();
  LeaseStore store(*database, pool);
  const auto loaded = store.load();
  ASSERT_EQ(loaded.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(loaded[i].address, saved[i].address);
    EXPECT_EQ(loaded[i].mac, saved[i].mac);
    EXPECT_EQ(loaded[i].client_id, saved[i].client_id);
    EXPECT_EQ(loaded[i].hostname, saved[i].hostname);
    EXPECT_EQ(loaded[i].state, saved[i].state);
    EXPECT_EQ(loaded[i].expires, saved[i].expires);
  }
}

TEST_F(LeaseStoreTest, Cve2021_25217_what_a_lease_holds_is_never_syntax) {
  std::vector<boot::Lease> saved;
  for (std::uint32_t n = 0; n < 256; ++n) {
    boot::Lease lease = lease_number(n);
    lease.client_id = Bytes(255, static_cast<std::uint8_t>(n));
    if (n > 0 && n < 128) lease.hostname = std::string(63, static_cast<char>(n));
    if (n == 200) lease.hostname = "'); DELETE FROM leases; --";
    if (n == 201) lease.hostname = "\\\"}\nlease 10.0.0.1 {";
    saved.push_back(lease);
  }
  {
    LeaseStore store(*database, pool);
    for (const boot::Lease& lease : saved) store.save(lease, [](Result<void> done) { EXPECT_TRUE(done); });
  }
  reopen();
  const auto loaded = LeaseStore(*database, pool).load();
  ASSERT_EQ(loaded.size(), saved.size());
  std::map<Ipv4Address, boot::Lease> by_address;
  for (const boot::Lease& lease : loaded) by_address[lease.address] = lease;
  for (const boot::Lease& lease : saved) {
    EXPECT_EQ(by_address[lease.address].client_id, lease.client_id);
    EXPECT_EQ(by_address[lease.address].hostname, lease.hostname);
  }
}

TEST_F(LeaseStoreTest, an_address_has_one_lease_the_last) {
  LeaseStore store(*database, pool);
  std::promise<void> second;
  boot::Lease lease = lease_number(1);
  store.save(lease, [](Result<void>) {});
  lease.mac = mac_number(77);
  store.save(lease, [&](Result<void>) { second.set_value(); });
  second.get_future().wait();
  const auto loaded = store.load();
  ASSERT_EQ(loaded.size(), 1u);
  EXPECT_EQ(loaded[0].mac, mac_number(77));
}

TEST_F(LeaseStoreTest, done_comes_after_the_commit_and_many_leases_share_one) {
  LeaseStore store(*database, pool);
  std::promise<void> may_run;
  pool.post([&] { may_run.get_future().wait(); });  // the db thread is busy while leases arrive
  std::atomic<int> commits{0};
  database->set_fault([&] { ++commits; });
  std::atomic<int> done{0};
  std::promise<void> all;
  constexpr int count = 500;
  for (std::uint32_t n = 0; n < count; ++n) {
    store.save(lease_number(n), [&](Result<void> saved) {
      EXPECT_TRUE(saved);
      if (++done == count) all.set_value();
    });
  }
  EXPECT_EQ(done, 0);
  may_run.set_value();
  all.get_future().wait();
  EXPECT_EQ(commits, count + 2) << "BEGIN, one insert each, COMMIT";
  database->set_fault(nullptr);
  EXPECT_EQ(Database(file).query_number("SELECT count(*) FROM leases"), count) << "another connection sees them";
}

TEST_F(LeaseStoreTest, a_failed_commit_is_told_to_each_and_forgotten) {
  LeaseStore store(*database, pool);
  for (int n = 1; n <= 4; ++n) {  // BEGIN, two inserts, COMMIT
    std::promise<void> may_run;
    pool.post([&] { may_run.get_future().wait(); });
    int calls = 0;
    database->set_fault([&] {
      if (++calls == n) throw DbError("the disk says no");
    });
    std::promise<void> last;
    int refused = 0;
    store.save(lease_number(1), [&](Result<void> saved) { refused += !saved; });
    store.save(lease_number(2), [&](Result<void> saved) {
      refused += !saved;
      last.set_value();
    });
    may_run.set_value();
    last.get_future().wait();
    EXPECT_EQ(refused, 2) << "call " << n;
    database->set_fault(nullptr);
    EXPECT_TRUE(store.load().empty()) << "call " << n;
  }
  std::promise<bool> saved;
  store.save(lease_number(1), [&](Result<void> done) { saved.set_value(done.has_value()); });
  EXPECT_TRUE(saved.get_future().get()) << "the next one is served again";
}

TEST_F(LeaseStoreTest, an_unreadable_row_costs_only_itself) {
  database->execute(
      "INSERT INTO leases VALUES ('not an address', '52:54:00:00:00:01', x'', '', 'bound', 0);"
      "INSERT INTO leases VALUES ('10.0.0.1', '52:54:00:00:00:01', x'', '', 'bound', 0)");
  LeaseStore store(*database, pool);
  EXPECT_EQ(store.load().size(), 1u);
}

}  // namespace
}  // namespace bootferry::db
