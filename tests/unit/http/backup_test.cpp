// SPDX-License-Identifier: Apache-2.0
// A backup over the API, and one that comes back: looked at, or taken in by a server that begins anew.
#include <gmock/gmock.h>

#include "appliance.hpp"

namespace bootferry::http::test {
namespace {

using testing::HasSubstr;

class Backup : public Appliance {
 protected:
  static constexpr const char* path = "/api/v1/restore";
  static constexpr const char* first = "/api/v1/first-visit/restore";
  static std::string code(std::string_view text) { return "X-First-Visit-Code: " + std::string(text) + "\r\n"; }
  /// The answer is sent first, then it begins anew.
  void expect_restarts(int count) {
    for (int i = 0; i < 500 && backups.restarts != count; ++i) ::usleep(10'000);
    EXPECT_EQ(backups.restarts, count);
  }
};

TEST_F(Backup, ItIsAFileWithADateAndLeavesNothingBehind) {
  with_people = true;
  start();
  const Reply reply = ask("GET", "/api/v1/backup", bearer());
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.body, FakeBackups::content);
  EXPECT_THAT(reply.header("Content-Disposition"), testing::ContainsRegex("bootferry-20..-..-..\\.backup"));
  EXPECT_EQ(reply.header("Cache-Control"), "no-store");
  EXPECT_FALSE(std::filesystem::exists(std::filesystem::path(testing::TempDir()) / "draft"));
  const auto changes = accounts.changes({});
  ASSERT_EQ(changes.size(), 1u) << "who took the secrets along is in the log";
  EXPECT_EQ(changes[0].method, "GET");
}

TEST_F(Backup, ALookSaysWhatItHoldsAndTheRestBeginsAnew) {
  start();
  const Reply look = write("POST", std::string(path) + "?dry_run=true", FakeBackups::content);
  ASSERT_EQ(look.status, 200) << look.body;
  EXPECT_EQ(look.json()["dry_run"], true);
  EXPECT_EQ(look.json()["clients"], 3);
  EXPECT_EQ(look.json()["left_out"][0], "bootferry.toml");
  EXPECT_EQ(backups.kept, "");
  EXPECT_EQ(write("POST", path, FakeBackups::content).status, 200);
  EXPECT_EQ(backups.kept, FakeBackups::content);
  expect_restarts(1);
}

TEST_F(Backup, WhatIsNoBackupIsRefusedAndNothingBeginsAnew) {
  start();
  EXPECT_EQ(write("POST", path, "hello").status, 400);
  EXPECT_EQ(write("POST", path).status, 411);
  EXPECT_EQ(ask("POST", path, bearer() + "Content-Length: 0\r\n").status, 400);
  EXPECT_EQ(write("POST", std::string(path) + "?dry_run=1", FakeBackups::content).status, 400);
  EXPECT_EQ(write("POST", path, std::string(2'000'000, 'x')).status, 507);
  Wire wire = dial();
  wire.send(request_text("POST", path, bearer() + "Content-Length: 536870913\r\n"));
  EXPECT_EQ(wire.read_reply().status, 413);
  EXPECT_EQ(backups.restarts, 0);
}

TEST_F(Backup, OnTheFirstVisitTheCodeAloneOpensIt) {
  with_people = true;
  start();
  const std::string right = accounts.first_visit_code();
  EXPECT_EQ(ask("POST", path, code(right), FakeBackups::content).status, 401) << "the other door asks for an admin";
  EXPECT_EQ(ask("POST", first, "", FakeBackups::content).status, 401);
  EXPECT_EQ(ask("POST", first, code("WRON-GWRO-NGWR"), FakeBackups::content).status, 401);
  EXPECT_EQ(ask("POST", first, bearer(), FakeBackups::content).status, 401) << "not even the token of the file";
  EXPECT_EQ(backups.kept, "");
  EXPECT_EQ(ask("POST", std::string(first) + "?dry_run=true", code(right), FakeBackups::content).status, 200);
  EXPECT_EQ(ask("POST", first, code(right), FakeBackups::content).status, 200);
  expect_restarts(1);

  ASSERT_TRUE(accounts.set_up(right, "alice", "correct horse battery", {}));
  EXPECT_EQ(ask("POST", first, code(right), FakeBackups::content).status, 409) << "there is an admin now";
}

TEST_F(Backup, CodesCannotBeTriedForLong) {
  with_people = true;
  start();
  for (int i = 0; i < 6; ++i) EXPECT_EQ(ask("POST", first, code("WRON-GWRO-NGWR"), "x").status, 401);
  const Reply reply = ask("POST", first, code(accounts.first_visit_code()), FakeBackups::content);
  EXPECT_EQ(reply.status, 429);
  EXPECT_NE(reply.header("Retry-After"), "");
}

}  // namespace
}  // namespace bootferry::http::test
