// SPDX-License-Identifier: Apache-2.0
// What a person can do with clients, and with a setup of everything.
#include "administration_fixture.hpp"

#include <atomic>
#include <fstream>
#include <thread>

namespace bootferry::app {
namespace {

TEST_F(AdministrationTest, ABootThatIsKeptForOnceIsLookedAtTooAndANameIsGivenInAnyCase) {
  ASSERT_TRUE(administration.create_image({"win"}, mib(40)));
  boot::ClientChange once;
  once.next_boot = boot::NextBoot{"", boot::Entry{0, "cd", boot::Cd{{"win", boot::DriveMode::readonly}}}};
  EXPECT_EQ(administration.put_client(pc1, once).error().kind, ErrorKind::invalid);
  boot::Client old;  // as older servers kept it
  old.mac = pc1;
  old.set_boot(boot::Floppy{{"win"}});
  ASSERT_TRUE(registry.put_client(old));
  boot::ClientChange name;
  name.name = "pc1";
  EXPECT_TRUE(administration.put_client(pc1, name));
}

TEST_F(AdministrationTest, TwoPeopleWhoChangeOneClientLoseNothing) {
  std::atomic<bool> stop{false};
  std::thread other([&] {
    for (int i = 0; !stop; ++i) {
      boot::ClientChange change;
      change.boot = i % 2 ? boot::BootEntry{boot::LocalDisk{}} : boot::BootEntry{boot::Wait{}};
      EXPECT_TRUE(administration.put_client(pc1, change));
    }
  });
  int lost = 0;
  for (int i = 0; i < 200; ++i) {
    boot::ClientChange change;
    change.name = "name-" + std::to_string(i);
    EXPECT_TRUE(administration.put_client(pc1, change));
    std::this_thread::yield();
    lost += administration.require_client(pc1)->client.name != *change.name;
  }
  stop = true;
  other.join();
  EXPECT_EQ(lost, 0);
}

TEST_F(AdministrationTest, AReservationIsAnAddressThatTheServerCouldGive) {
  boot::Health identity;
  identity.dhcp_mode = "server";
  identity.network = {*parse_ipv4_address("10.99.0.1"), 24};
  ApplianceAdministration serving{{registry, leases, events, library, target, activity, clock, disks, layers},
                                  identity};
  const auto reserve = [](boot::Administration& by, const char* address) {
    boot::ClientChange change;
    change.reserved_address = *parse_ipv4_address(address);
    return by.put_client(pc1, change);
  };
  for (const char* no : {"10.99.0.1", "10.98.0.50", "10.99.0.0", "10.99.0.255"})
    EXPECT_EQ(reserve(serving, no).error().kind, ErrorKind::invalid) << no;
  EXPECT_TRUE(reserve(serving, "10.99.0.50"));
  EXPECT_TRUE(reserve(administration, "10.98.0.50")) << "proxy mode gives no addresses: the note may be kept";
}

TEST_F(AdministrationTest, AChangeKeepsWhatItLeavesOut) {
  ASSERT_TRUE(administration.create_image({"dos"}, mib(1)));
  ASSERT_TRUE(administration.put_client(pc1, disks_of({{"dos", boot::DriveMode::master}})));
  boot::ClientChange naming;
  naming.name = "pc1";
  auto named = administration.put_client(pc1, naming);
  ASSERT_TRUE(named) << named.error().message;
  EXPECT_EQ(named->client.name, "pc1");
  EXPECT_TRUE(std::holds_alternative<boot::Disks>(named->boot));
  EXPECT_EQ(named->targets, std::vector<std::string>{"iqn.2026-11.org.bootferry:525400000001.80"});
  naming.name = "";
  EXPECT_EQ(administration.put_client(pc1, naming)->client.name, "");
}

TEST_F(AdministrationTest, NonsenseIsRefusedWithTheMend) {
  EXPECT_EQ(administration.put_client(MacAddress::broadcast(), {}).error().kind, ErrorKind::invalid);
  EXPECT_EQ(administration.put_client({}, {}).error().kind, ErrorKind::invalid);
  EXPECT_EQ(administration.put_client(pc1, disks_of({{"no-such-image", boot::DriveMode::master}})).error().kind,
            ErrorKind::not_found);
  EXPECT_EQ(administration.require_client(pc1).error().kind, ErrorKind::not_found);
  EXPECT_EQ(administration.remove_client(pc1).error().kind, ErrorKind::not_found);
  EXPECT_FALSE(administration.drop_session(4711));
}

TEST_F(AdministrationTest, ASetupIsCompletedFromWhatIsThereAndSetAsAWhole) {
  using Kind = boot::SetupChange::Kind;
  boot::ClientChange named;
  named.name = "pc1";
  named.variables = boot::Variables{{"seat", "7"}};
  ASSERT_TRUE(administration.put_client(pc1, named));

  boot::SetupOrder order;
  order.groups = {{"lab", {{{boot::no_entry, "prompt", boot::Shell{}}}, "", std::nullopt, {}}}};
  boot::ClientChange member;
  member.groups = std::vector<std::string>{"lab"};
  member.default_entry = "prompt";
  order.clients = {{pc1, member}, {MacAddress{{0x01, 0, 0, 0, 0, 1}}, named}};
  const auto refused = administration.apply_setup(order, false);
  ASSERT_TRUE(refused) << refused.error().message;
  ASSERT_EQ(refused->size(), 3u);
  EXPECT_EQ(refused->back().kind, Kind::refused) << "a multicast address is no machine's";
  EXPECT_TRUE(registry.snapshot()->groups.empty()) << "so nothing of it is done";

  order.clients.pop_back();
  const auto done = administration.apply_setup(order, false);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ((*done)[0].kind, Kind::create);
  EXPECT_EQ((*done)[1].kind, Kind::update);
  const auto now = registry.snapshot();
  EXPECT_EQ(now->find_client(pc1)->name, "pc1") << "what was left out stays";
  EXPECT_EQ(now->find_client(pc1)->menu.variables.at("seat"), "7");
  EXPECT_EQ(now->find_client(pc1)->menu.default_entry, "prompt") << "an entry of a group that came with it";
}

}  // namespace
}  // namespace bootferry::app
