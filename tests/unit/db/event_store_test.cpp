// SPDX-License-Identifier: Apache-2.0
#include "db/event_store.hpp"

#include <future>

#include "db_fixture.hpp"

namespace bootferry::db {
namespace {

struct EventStoreTest : DbTest {
  WorkerPool pool{"db", 1};

  void publish(std::string text, std::optional<MacAddress> mac = {}) {
    boot::Event event;
    event.kind = boot::EventKind::dhcp_ack;
    event.mac = mac;
    event.text = std::move(text);
    bus.publish(std::move(event));
  }
  static std::vector<std::string> texts(const std::vector<boot::Event>& events) {
    std::vector<std::string> out;
    for (const boot::Event& event : events) out.push_back(event.text);
    return out;
  }
};

TEST_F(EventStoreTest, an_event_survives_with_every_field) {
  boot::Event event;
  event.kind = boot::EventKind::tftp_failed;
  event.mac = mac_number(1);
  event.address = Ipv4Address{0x0a630064};
  event.text = "a \"text\" with ünïcode";
  event.fields = {{"file", "undionly.kpxe"}, {"odd", "tab\there, line\nthere, back\\slash\\n"}, {"empty", ""}};
  {
    EventStore store(*database, bus, pool);
    bus.publish(event);
  }
  reopen();
  EventStore store(*database, bus, pool);
  const auto found = store.find({});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].id, 1u);
  EXPECT_EQ(found[0].at, clock.wall_now());
  EXPECT_EQ(found[0].kind, event.kind);
  EXPECT_EQ(found[0].mac, event.mac);
  EXPECT_EQ(found[0].address, event.address);
  EXPECT_EQ(found[0].text, event.text);
  EXPECT_EQ(found[0].fields, event.fields);
}

TEST_F(EventStoreTest, what_moves_twice_a_second_is_told_live_and_not_stored) {
  EventStore store(*database, bus, pool);
  using enum boot::EventKind;
  for (const auto kind : {tftp_start, tftp_progress, tftp_done, file_progress, boot_step}) {
    boot::Event event;
    event.kind = kind;
    event.text = name_of(kind);
    bus.publish(std::move(event));
  }
  EXPECT_EQ(texts(store.find({})), (std::vector<std::string>{"tftp-start", "tftp-done"}));
}

TEST_F(EventStoreTest, a_query_gives_the_newest_that_fit_oldest_first) {
  EventStore store(*database, bus, pool);
  for (int i = 1; i <= 6; ++i) publish(std::to_string(i), mac_number(i % 2));
  EXPECT_EQ(texts(store.find({})), (std::vector<std::string>{"1", "2", "3", "4", "5", "6"}));
  EXPECT_EQ(texts(store.find({.mac = {}, .limit = 2})), (std::vector<std::string>{"5", "6"}));
  EXPECT_EQ(texts(store.find({.mac = mac_number(1), .after = 1, .limit = 9})), (std::vector<std::string>{"3", "5"}));
  EXPECT_TRUE(store.find({.mac = mac_number(9), .limit = 9}).empty());
  EXPECT_EQ(texts(store.find({.mac = {}, .after = 0, .limit = 2})), (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(texts(store.find({.mac = {}, .after = 2, .limit = 2})), (std::vector<std::string>{"3", "4"}));
  EXPECT_TRUE(store.find({.mac = {}, .after = UINT64_MAX, .limit = 9}).empty());
}

TEST_F(EventStoreTest, ids_rise_over_restarts) {
  EXPECT_EQ(EventStore::next_id(*database), 1u);
  {
    EventStore store(*database, bus, pool);
    publish("one");
    publish("two");
  }
  EXPECT_GE(EventStore::next_id(*database), 3u);  // some ids are of live events that nobody keeps
}

TEST_F(EventStoreTest, the_oldest_go_when_the_log_is_full) {
  {
    EventStore store(*database, bus, pool, {.total = 10, .per_mac = 100});
    for (int i = 1; i <= 25; ++i) publish(std::to_string(i), mac_number(i));
    EXPECT_EQ(texts(store.find({})).front(), "16");
    EXPECT_EQ(database->query_number("SELECT count(*) FROM events"), 10);
  }
  EventStore again(*database, bus, pool, {.total = 10, .per_mac = 100});
  publish("26");
  EXPECT_EQ(again.find({}).size(), 10u) << "the rows of before count";
}

TEST_F(EventStoreTest, one_noisy_machine_does_not_push_out_the_others) {
  EventStore store(*database, bus, pool, {.total = 100, .per_mac = 5});
  publish("quiet", mac_number(2));
  for (int i = 1; i <= 300; ++i) {
    publish(std::to_string(i), mac_number(1));
    if (i % 7 == 0) store.flush();
  }
  EXPECT_EQ(texts(store.find({.mac = mac_number(1), .limit = 50})),
            (std::vector<std::string>{"296", "297", "298", "299", "300"}));
  EXPECT_EQ(store.find({.mac = mac_number(2), .limit = 50}).size(), 1u);
}

TEST_F(EventStoreTest, the_db_thread_writes_without_being_asked) {
  EventStore store(*database, bus, pool);
  publish("one");
  std::promise<void> ran;
  pool.post([&] { ran.set_value(); });
  ran.get_future().wait();
  EXPECT_EQ(Database(file).query_number("SELECT count(*) FROM events"), 1);
}

TEST_F(EventStoreTest, a_write_that_fails_costs_its_events_only) {
  EventStore store(*database, bus, pool, {.total = 3, .per_mac = 3});
  publish("kept", mac_number(1));
  store.flush();
  pool.stop();
  publish("lost", mac_number(1));
  database->set_fault([] { throw DbError("the disk says no"); });
  store.flush();
  database->set_fault(nullptr);
  publish("later", mac_number(1));
  EXPECT_EQ(texts(store.find({})), (std::vector<std::string>{"kept", "later"}));
}

}  // namespace
}  // namespace bootferry::db
