// SPDX-License-Identifier: Apache-2.0
#include "db/people_store.hpp"

#include "db/statement.hpp"
#include "db_fixture.hpp"

namespace bootferry::db {
namespace {

using people::Right;
using people::Role;

const WallTime then{std::chrono::seconds{1'790'000'000}};

struct PeopleStoreTest : DbTest {
  void add_people() {
    PeopleStore store(*database);
    ASSERT_TRUE(store.put_user({"alice", Role::admin, "hash-a", then, then}));
    ASSERT_TRUE(store.put_user({"victor", Role::viewer, "hash-v", then, then}));
    ASSERT_TRUE(store.put_login({"d1", "alice", then, then, then + std::chrono::hours(1), "10.0.0.7", "Firefox"}));
    ASSERT_TRUE(store.put_login({"d2", "alice", then, then, then + std::chrono::hours(1), "", ""}));
    ASSERT_EQ(store.add_token({0, "ci", "t1", Right::write, "alice", then, then + std::chrono::hours(2), {}}).value(),
              1);
    ASSERT_EQ(store.add_token({0, "backup", "t2", Right::read, "", then, {}, {}}).value(), 2);
  }
};

TEST_F(PeopleStoreTest, what_is_kept_is_there_after_a_restart) {
  add_people();
  PeopleStore(*database).note_seen("d1", then + std::chrono::minutes(5));
  PeopleStore(*database).note_used(2, then + std::chrono::minutes(6));
  reopen();
  const auto all = PeopleStore(*database).load();
  ASSERT_EQ(all.users.size(), 2u);
  EXPECT_EQ(all.users[0].name, "alice");
  EXPECT_EQ(all.users[0].role, Role::admin);
  EXPECT_EQ(all.users[0].password_hash, "hash-a");
  EXPECT_EQ(all.users[1].role, Role::viewer);
  ASSERT_EQ(all.logins.size(), 2u);
  EXPECT_EQ(all.logins[0].seen, then + std::chrono::minutes(5));
  EXPECT_EQ(all.logins[0].agent, "Firefox");
  ASSERT_EQ(all.tokens.size(), 2u);
  EXPECT_EQ(all.tokens[0].owner, "alice");
  EXPECT_EQ(all.tokens[0].scope, Right::write);
  EXPECT_EQ(all.tokens[0].expires, then + std::chrono::hours(2));
  EXPECT_EQ(all.tokens[1].owner, "");
  EXPECT_FALSE(all.tokens[1].expires);
  EXPECT_EQ(all.tokens[1].used, then + std::chrono::minutes(6));
}

TEST_F(PeopleStoreTest, a_user_who_goes_takes_his_logins_and_tokens_along) {
  add_people();
  PeopleStore store(*database);
  ASSERT_TRUE(store.put_user({"alice", Role::viewer, "hash-b", then, then + std::chrono::hours(1)}));
  EXPECT_EQ(store.load().logins.size(), 2u) << "a change of his row is no removal";
  ASSERT_TRUE(store.remove_logins_of("alice", "d2"));
  ASSERT_EQ(store.load().logins.size(), 1u);
  ASSERT_TRUE(store.remove_user("alice"));
  const auto all = store.load();
  EXPECT_EQ(all.users.size(), 1u);
  EXPECT_TRUE(all.logins.empty());
  ASSERT_EQ(all.tokens.size(), 1u);
  ASSERT_TRUE(store.remove_token(2));
  EXPECT_EQ(store.add_token({0, "next", "t3", Right::read, "", then, {}, {}}).value(), 3) << "no number comes again";
}

TEST_F(PeopleStoreTest, the_log_of_changes_is_read_backwards_and_keeps_the_newest) {
  PeopleStore store(*database);
  for (int i = 1; i <= 5; ++i)
    store.add_change({0, then, "alice", "10.0.0.7", "PUT", "/p" + std::to_string(i), 200, "n"});
  auto page = store.changes({.limit = 2});
  ASSERT_EQ(page.size(), 2u);
  EXPECT_EQ(page[0].path, "/p5");
  EXPECT_EQ(page[0].who, "alice");
  EXPECT_EQ(page[0].status, 200u);
  page = store.changes({.before = page[1].id, .limit = 10});
  ASSERT_EQ(page.size(), 3u);
  EXPECT_EQ(page[0].path, "/p3");
  database->execute("UPDATE sqlite_sequence SET seq = 10003 WHERE name = 'changes'");
  store.add_change({0, then, "alice", "", "PUT", "/late", 200, ""});
  page = store.changes({.limit = 100});
  ASSERT_EQ(page.size(), 2u);
  EXPECT_EQ(page[0].path, "/late");
  EXPECT_EQ(page[1].path, "/p5") << "the only other one of the newest 10,000 numbers";
}

TEST_F(PeopleStoreTest, a_disk_that_fails_is_an_answer) {
  add_people();
  PeopleStore store(*database);
  database->set_fault([] { throw DbError("full", 13); });
  EXPECT_EQ(store.put_user({"eve", Role::admin, "x", then, then}).error().kind, ErrorKind::exhausted);
  EXPECT_FALSE(store.remove_user("alice"));
  EXPECT_FALSE(store.add_token({0, "x", "t9", Right::read, "", then, {}, {}}));
  store.add_change({0, then, "alice", "", "PUT", "/p", 200, ""});
  database->set_fault(nullptr);
  EXPECT_EQ(store.load().users.size(), 2u);
}

}  // namespace
}  // namespace bootferry::db
