// SPDX-License-Identifier: Apache-2.0
// Many edits as one: what the file of "apply" says is set as a whole, said once, or not at all.
#include <gmock/gmock.h>

#include <fmt/format.h>

#include "db/registry.hpp"
#include "db_fixture.hpp"

namespace bootferry::db {
namespace {

using boot::SetupChange;
using Kind = SetupChange::Kind;
using testing::HasSubstr;

struct SetupTest : DbTest {
  WorkerPool pool{"db", 1};
  std::optional<Registry> registry;

  SetupTest() {
    registry.emplace(*database, bus, clock, pool);
    EXPECT_TRUE(registry->put_image({"dos", "raw", "dos.raw", mib(100), clock.wall_now()}));
  }
  ~SetupTest() override { registry.reset(); }

  static boot::Client client(std::uint32_t n, std::string name, boot::BootEntry boot = boot::LocalDisk{}) {
    boot::Client made;
    made.mac = mac_number(n);
    made.name = std::move(name);
    made.known = true;
    made.set_boot(std::move(boot));
    made.menu.entries.front().id = boot::no_entry;  // as it is read out of a file
    return made;
  }
  static boot::Group group(std::string name, boot::BootEntry boot) {
    return {std::move(name), {{{boot::no_entry, "entry", std::move(boot)}}, "", std::nullopt, {}}};
  }
  static boot::Setup all() {
    boot::Setup setup;
    setup.groups = {group("lab", boot::Disks{{{"dos", boot::DriveMode::readonly}}})};
    setup.clients = {client(1, "pc1", boot::Disks{{{"dos", boot::DriveMode::master}}}), client(2, "pc2")};
    setup.clients.back().groups = {"lab"};
    setup.clients.back().menu.entries.clear();
    setup.clients.back().menu.default_entry = "entry";
    setup.rules = {{"52:54:*", "", "", {}, boot::AsClient{mac_number(1)}},
                   {"", "", "", boot::Architecture::bios, boot::Entry{boot::no_entry, "shell", boot::Shell{}}}};
    setup.unknown = boot::AsGroup{"lab"};
    return setup;
  }
  std::vector<SetupChange> put(const boot::Setup& setup, bool dry_run = false) {
    auto changes = registry->put_setup(setup, dry_run);
    EXPECT_TRUE(changes) << changes.error().message;
    return changes.value_or(std::vector<SetupChange>{});
  }
  /// "client 52:54:00:00:00:01: create"
  static std::vector<std::string> words(const std::vector<SetupChange>& changes) {
    std::vector<std::string> words;
    for (const SetupChange& one : changes)
      words.push_back(fmt::format("{}{}{}: {}", one.what, one.name.empty() ? "" : " ", one.name, name_of(one.kind)));
    return words;
  }
  static std::vector<Kind> kinds(const std::vector<SetupChange>& changes) {
    std::vector<Kind> kinds;
    for (const SetupChange& one : changes) kinds.push_back(one.kind);
    return kinds;
  }
};

TEST_F(SetupTest, WhatIsNewIsMadeAndTheSecondTimeNothingChanges) {
  EXPECT_THAT(
      words(put(all(), true)),
      testing::ElementsAre("group lab: create", "client " + mac_number(1).to_string() + ": create",
                           "client " + mac_number(2).to_string() + ": create", "rules: update", "default: update"));
  EXPECT_TRUE(registry->snapshot()->clients.empty()) << "a dry run changes nothing";
  EXPECT_EQ(put(all()).size(), 5u);
  const auto now = registry->snapshot();
  EXPECT_EQ(now->groups.size(), 1u);
  EXPECT_EQ(now->find_client(mac_number(1))->name, "pc1");
  EXPECT_TRUE(now->find_client(mac_number(2))->known);
  EXPECT_EQ(now->rules.size(), 2u);

  const auto events = bus.subscribe([] {}, 100);
  EXPECT_THAT(kinds(put(all())), testing::Each(Kind::same));
  EXPECT_EQ(registry->snapshot(), now) << "not even written";
  EXPECT_TRUE(events->take().events.empty());

  registry.reset();
  reopen();
  registry.emplace(*database, bus, clock, pool);
  EXPECT_THAT(kinds(put(all())), testing::Each(Kind::same)) << "what was stored is what was said";
}

TEST_F(SetupTest, OnlyWhatDiffersIsChangedAndWhatIsNotNamedStays) {
  put(all());
  boot::Setup wanted;
  wanted.clients = {client(1, "front-desk"), client(3, "pc3")};
  EXPECT_THAT(kinds(put(wanted)), testing::ElementsAre(Kind::update, Kind::create));
  const auto now = registry->snapshot();
  EXPECT_EQ(now->find_client(mac_number(1))->name, "front-desk");
  EXPECT_EQ(now->find_client(mac_number(2))->name, "pc2");
  EXPECT_EQ(now->rules.size(), 2u);
  EXPECT_EQ(now->unknown, boot::Assignment(boot::AsGroup{"lab"}));
}

TEST_F(SetupTest, AMachineThatWasOnlySeenBecomesKnown) {
  registry->note_seen({mac_number(1), std::nullopt, boot::Architecture::bios, clock.wall_now()});
  registry->flush_seen();
  boot::Setup wanted;
  wanted.clients = {client(1, "pc1")};
  EXPECT_THAT(kinds(put(wanted)), testing::ElementsAre(Kind::create));
  EXPECT_EQ(registry->snapshot()->find_client(mac_number(1))->architecture, boot::Architecture::bios);
}

TEST_F(SetupTest, OneThingThatIsRefusedRefusesAllAndEachSaysItsOwnReason) {
  boot::Setup wanted = all();
  wanted.groups.push_back(group("other", boot::Disks{{{"missing", boot::DriveMode::master}}}));
  wanted.clients.push_back(client(3, "pc1"));
  const auto changes = put(wanted);
  ASSERT_EQ(changes.size(), 7u);
  EXPECT_EQ(changes[0].kind, Kind::create);
  EXPECT_EQ(changes[1].kind, Kind::refused);
  EXPECT_THAT(changes[1].why, HasSubstr("there is no image missing"));
  EXPECT_EQ(changes[2].kind, Kind::refused) << "two are called pc1";
  EXPECT_EQ(changes[4].kind, Kind::refused);
  EXPECT_THAT(changes[4].why, HasSubstr("pc1"));
  const auto now = registry->snapshot();
  EXPECT_TRUE(now->clients.empty() && now->groups.empty() && now->rules.empty());
}

TEST_F(SetupTest, ClientsMayChangeTheirNamesAndAddressesWithOneAnother) {
  boot::Setup wanted;
  wanted.clients = {client(1, "left"), client(2, "right")};
  wanted.clients[0].reserved_address = Ipv4Address{0x0a630032};
  wanted.clients[1].reserved_address = Ipv4Address{0x0a630033};
  put(wanted);
  std::swap(wanted.clients[0].name, wanted.clients[1].name);
  std::swap(wanted.clients[0].reserved_address, wanted.clients[1].reserved_address);
  EXPECT_THAT(kinds(put(wanted)), testing::ElementsAre(Kind::update, Kind::update));
  registry.reset();
  reopen();
  registry.emplace(*database, bus, clock, pool);
  EXPECT_EQ(registry->snapshot()->find_client(mac_number(1))->name, "right");
  EXPECT_EQ(registry->snapshot()->find_client(mac_number(2))->reserved_address, Ipv4Address{0x0a630032});
}

TEST_F(SetupTest, AnEntryKeepsItsTargetsWhenItIsSaidAgain) {
  put(all());
  const auto before = registry->snapshot();
  boot::Setup wanted = all();
  wanted.groups.front().menu.entries.push_back({boot::no_entry, "second", boot::Shell{}});
  put(wanted);
  EXPECT_EQ(registry->snapshot()->groups.at("lab").menu.entries.front().id,
            before->groups.at("lab").menu.entries.front().id);
}

TEST_F(SetupTest, WhicheverStatementFailsNothingIsChanged) {
  int steps = 0;
  bool done = false;
  for (int fuse = 1; !done; ++fuse) {
    ASSERT_LT(fuse, 1000);
    steps = fuse;
    database->set_fault([&] {
      if (--steps == 0) throw DbError("the disk is full");
    });
    const auto changes = registry->put_setup(all(), false);
    database->set_fault({});
    done = changes.has_value();
    if (!done) {
      ASSERT_TRUE(registry->snapshot()->clients.empty()) << fuse;
      ASSERT_EQ(database->query_number("SELECT (SELECT count(*) FROM clients) + (SELECT count(*) FROM groups)"), 0);
    }
  }
  EXPECT_EQ(registry->snapshot()->clients.size(), 2u);
}

}  // namespace
}  // namespace bootferry::db
