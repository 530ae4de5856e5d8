// SPDX-License-Identifier: Apache-2.0
#include "db/registry.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <atomic>
#include <future>

#include "db_fixture.hpp"

namespace bootferry::db {
namespace {

using boot::EventKind;
using testing::HasSubstr;

boot::BootEntry boot_of(const boot::Client& client) {
  return client.menu.entries.empty() ? boot::BootEntry(boot::Wait{}) : client.menu.entries.front().boot;
}

struct RegistryTest : DbTest {
  WorkerPool pool{"db", 1};
  std::optional<Registry> registry;
  std::unique_ptr<boot::EventSubscription> events = bus.subscribe([] {}, 100'000);

  RegistryTest() { registry.emplace(*database, bus, clock, pool); }
  ~RegistryTest() override { registry.reset(); }

  void restart() {
    registry.reset();
    reopen();
    registry.emplace(*database, bus, clock, pool);
  }
  boot::Client client(std::uint32_t n, std::string name = "") {
    boot::Client made;
    made.mac = mac_number(n);
    made.name = std::move(name);
    return made;
  }
  boot::Image image(const std::string& name) {
    return {name, "raw", name + ".raw", mib(100), clock.wall_now(), 4096, {true, true, 512}};
  }
  boot::Sighting sighting(std::uint32_t n) {
    return {mac_number(n), std::nullopt, boot::Architecture::unknown, clock.wall_now()};
  }
  void see(const boot::Sighting& seen) {
    registry->note_seen(seen);
    registry->flush_seen();
  }
  std::vector<EventKind> kinds() {
    std::vector<EventKind> taken;
    for (const boot::Event& event : events->take().events) taken.push_back(event.kind);
    return taken;
  }
  /// Waits until the db thread has run what was posted before.
  void drain() {
    std::promise<void> ran;
    pool.post([&] { ran.set_value(); });
    ran.get_future().wait();
  }
};

TEST_F(RegistryTest, every_kind_of_boot_survives_a_restart) {
  ASSERT_TRUE(registry->put_image(image("dos")));
  ASSERT_TRUE(registry->put_image(image("games")));
  const boot::BootEntry entries[] = {
      boot::Wait{}, boot::Disks{{{"dos", boot::DriveMode::master}, {"games", boot::DriveMode::readonly}}},
      boot::Kernel{"vmlinuz", {"b.img", "a.img"}, "root=/dev/nfs quiet"}, boot::LocalDisk{}};
  std::uint32_t n = 0;
  for (const boot::BootEntry& entry : entries) {
    ++n;
    boot::Client wanted = client(n, fmt::format("pc{}", n));
    wanted.set_boot(entry);
    wanted.reserved_address = Ipv4Address{0x0a630032 + n};
    ASSERT_TRUE(registry->put_client(wanted));
  }
  restart();
  const auto snapshot = registry->snapshot();
  ASSERT_EQ(snapshot->clients.size(), 4u);
  n = 0;
  for (const boot::BootEntry& entry : entries) {
    ++n;
    const boot::Client* found = snapshot->find_client(mac_number(n));
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(boot_of(*found), entry) << n;
    EXPECT_EQ(found->name, fmt::format("pc{}", n));
    EXPECT_TRUE(found->known);
    EXPECT_EQ(found->reserved_address, Ipv4Address{0x0a630032 + n});
  }
  const boot::Image* dos = snapshot->find_image("dos");
  ASSERT_NE(dos, nullptr);
  EXPECT_EQ(dos->size, mib(100));
  EXPECT_EQ(dos->file, "dos.raw");
  EXPECT_EQ(dos->created, clock.wall_now());
  EXPECT_EQ(dos->block_size, 4096u);
  EXPECT_EQ(dos->traits, (boot::DiskTraits{true, true, 512}));
}

TEST_F(RegistryTest, menus_groups_rules_and_next_boots_survive_a_restart) {
  ASSERT_TRUE(registry->put_image(image("dos")));
  boot::Group lab{"lab",
                  {{{0, "Debian", boot::Kernel{"vmlinuz", {}, "quiet"}}}, "Debian", std::chrono::seconds(9), {}}};
  lab.menu.variables["room"] = "12";
  ASSERT_TRUE(registry->put_group(lab));
  boot::Client wanted = client(1, "pc1");
  const boot::Drive floppy{"dos", boot::DriveMode::readonly};
  wanted.menu.entries = {{9, "A floppy", boot::Floppy{floppy, true}},
                         {9, "A CD", boot::Cd{{"dos", boot::DriveMode::readonly}}},
                         {9, "Setup", boot::Installer{{{"dos"}}, {"k", {"i"}, ""}}},
                         {9, "Windows", boot::Windows{{{"dos"}}, "", {"w/bootmgr"}}},
                         {9, "ISO", boot::Iso{"a.iso"}},
                         {9, "EFI", boot::EfiProgram{"a.efi", "x y"}},
                         {9, "iPXE", boot::IpxeScript{"http://a/b"}},
                         {9, "Shell", boot::Shell{}},
                         {9, "Off", boot::PowerOff{}},
                         {9, "Kept", boot::Disks{{{"dos"}}, true}}};
  wanted.menu.default_entry = "Debian";
  wanted.menu.timeout = std::chrono::seconds(0);
  wanted.menu.variables["seat"] = "3 a";
  wanted.groups = {"lab"};
  wanted.next_boot = boot::NextBoot{"", boot::Entry{9, "disks", boot::Disks{{{"dos"}}}}};
  ASSERT_TRUE(registry->put_client(wanted));
  boot::Rule rule{"52:54:*", "", "S*", boot::Architecture::bios, boot::AsGroup{"lab"}};
  boot::Rule other{"", "x", "", {}, boot::Entry{0, "", boot::LocalDisk{}}};
  ASSERT_TRUE(registry->put_rules({rule, other, {"*", "", "", {}, boot::AsClient{mac_number(1)}}}));
  ASSERT_TRUE(registry->put_unknown(boot::IgnoreMachine{}));
  const auto before = registry->snapshot();
  restart();
  const auto after = registry->snapshot();
  const boot::Client* found = after->find_client(mac_number(1));
  EXPECT_EQ(found->menu, before->find_client(mac_number(1))->menu);
  EXPECT_EQ(found->menu.entries[4].boot, boot::BootEntry(boot::Iso{"a.iso"}));
  EXPECT_EQ(found->menu.entries[0].id, 0u) << "the first entry has the plain target names";
  EXPECT_EQ(found->groups, wanted.groups);
  EXPECT_EQ(found->next_boot, before->find_client(mac_number(1))->next_boot);
  EXPECT_EQ(after->groups, before->groups);
  EXPECT_EQ(after->rules, before->rules);
  EXPECT_EQ(after->rules.size(), 3u);
  EXPECT_EQ(after->unknown, boot::UnknownDefault(boot::IgnoreMachine{}));
  ASSERT_TRUE(registry->put_unknown(boot::PlainMenu{}));
  EXPECT_EQ(registry->snapshot()->rules.size(), 3u);
}

TEST_F(RegistryTest, an_entry_keeps_its_id_as_long_as_its_name) {
  boot::Client wanted = client(1);
  const boot::BootEntry local = boot::LocalDisk{};
  wanted.menu.entries = {{0, "a", local}, {0, "b", local}, {0, "c", local}};
  ASSERT_TRUE(registry->put_client(wanted));
  const auto ids = [&] {
    std::vector<unsigned> found;
    for (const auto& entry : registry->snapshot()->find_client(mac_number(1))->menu.entries) found.push_back(entry.id);
    return found;
  };
  EXPECT_EQ(ids(), (std::vector<unsigned>{0, 1, 2}));
  wanted.menu.entries = {{0, "c", boot::Shell{}}, {0, "d", local}, {0, "a", local}};
  ASSERT_TRUE(registry->put_client(wanted));
  EXPECT_EQ(ids(), (std::vector<unsigned>{2, 3, 0}));
  restart();
  wanted.menu.entries = {{0, "c", local}, {0, "e", local}, {0, "f", local}};
  ASSERT_TRUE(registry->put_client(wanted));
  EXPECT_EQ(ids(), (std::vector<unsigned>{2, 0, 4})) << "0 is free again, and no other is used twice";
}

TEST_F(RegistryTest, a_next_boot_is_spent_once_and_stays_open_to_its_machine) {
  ASSERT_TRUE(registry->put_image(image("dos")));
  boot::Client wanted = client(1, "pc1");
  wanted.set_boot(boot::LocalDisk{});
  wanted.next_boot = boot::NextBoot{"", boot::Entry{0, "disks", boot::Disks{{{"dos"}}}}};
  ASSERT_TRUE(registry->put_client(wanted));
  EXPECT_FALSE(registry->remove_image("dos")) << "its next boot needs it";
  ASSERT_TRUE(registry->spend_next_boot(mac_number(1)));
  const auto twice = registry->spend_next_boot(mac_number(1));
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().kind, ErrorKind::conflict);
  restart();
  const boot::Client* found = registry->snapshot()->find_client(mac_number(1));
  EXPECT_FALSE(found->next_boot);
  ASSERT_TRUE(found->spent);
  EXPECT_EQ(found->spent->boot, boot::BootEntry(boot::Disks{{{"dos"}}}));
  EXPECT_TRUE(registry->remove_image("dos"));
  EXPECT_FALSE(registry->spend_next_boot(mac_number(7)));
}

TEST_F(RegistryTest, what_names_something_that_is_not_there_is_refused) {
  boot::Client wanted = client(1, "pc1");
  wanted.groups = {"nowhere"};
  EXPECT_EQ(registry->put_client(wanted).error().kind, ErrorKind::not_found);
  wanted.groups = {};
  wanted.menu.default_entry = "nothing";
  EXPECT_EQ(registry->put_client(wanted).error().kind, ErrorKind::not_found);
  wanted.menu.default_entry = "";
  wanted.next_boot = boot::NextBoot{"nothing", {}};
  EXPECT_EQ(registry->put_client(wanted).error().kind, ErrorKind::not_found);
  wanted.next_boot = boot::NextBoot{"", boot::Entry{0, "disks", boot::Disks{{{"gone"}}}}};
  EXPECT_EQ(registry->put_client(wanted).error().kind, ErrorKind::not_found);
  EXPECT_EQ(registry->snapshot()->find_client(mac_number(1)), nullptr) << "nothing of it was kept";
  EXPECT_FALSE(registry->put_group({"lab", {{{0, "x", boot::Floppy{{"gone"}}}}, "", {}, {}}}));
  EXPECT_FALSE(registry->put_group({"lab", {{}, "x", {}, {}}}));
  EXPECT_FALSE(registry->put_group({"la b", {}}));
  EXPECT_FALSE(registry->put_rules({{"*", "", "", {}, boot::AsGroup{"lab"}}}));
  EXPECT_FALSE(registry->put_rules({{"*", "", "", {}, boot::AsClient{mac_number(9)}}}));
  EXPECT_FALSE(registry->put_rules({{"", "", "", {}, boot::IgnoreMachine{}}})) << "would fit every machine";
  EXPECT_FALSE(registry->put_unknown(boot::AsClient{mac_number(9)}));
  EXPECT_FALSE(registry->put_unknown(boot::AsGroup{"lab"}));
}

TEST_F(RegistryTest, a_group_stays_while_anybody_needs_it_and_keeps_its_images) {
  ASSERT_TRUE(registry->put_image(image("dos")));
  ASSERT_TRUE(registry->put_group({"lab", {{{0, "DOS", boot::Disks{{{"dos"}}}}}, "", {}, {}}}));
  const auto image_needed = registry->remove_image("dos");
  ASSERT_FALSE(image_needed);
  EXPECT_THAT(image_needed.error().message, HasSubstr("the group lab"));
  boot::Client wanted = client(1, "pc1");
  wanted.groups = {"lab"};
  ASSERT_TRUE(registry->put_client(wanted));
  EXPECT_THAT(registry->remove_group("lab").error().message, HasSubstr("pc1"));
  wanted.groups = {};
  ASSERT_TRUE(registry->put_client(wanted));
  ASSERT_TRUE(registry->put_unknown(boot::AsGroup{"lab"}));
  EXPECT_THAT(registry->remove_group("lab").error().message, HasSubstr("unknown machines"));
  ASSERT_TRUE(registry->put_unknown(boot::PlainMenu{}));
  ASSERT_TRUE(registry->put_rules({{"*", "", "", {}, boot::AsGroup{"lab"}}}));
  EXPECT_THAT(registry->remove_group("lab").error().message, HasSubstr("rule 1"));
  ASSERT_TRUE(registry->put_rules({}));
  EXPECT_TRUE(registry->remove_group("lab"));
  EXPECT_EQ(registry->remove_group("lab").error().kind, ErrorKind::not_found);
  EXPECT_TRUE(registry->remove_image("dos"));
}

TEST_F(RegistryTest, what_a_machine_says_of_itself_is_learnt_at_once) {
  boot::Sighting seen = sighting(1);
  seen.uuid = "4c4c4544-0000-1000-8000-000000000001";
  registry->learn(seen);
  EXPECT_EQ(registry->snapshot()->find_client(mac_number(1))->uuid, seen.uuid);
  seen.uuid = "";
  seen.serial = "S-1";
  registry->learn(seen);
  restart();
  const boot::Client* found = registry->snapshot()->find_client(mac_number(1));
  EXPECT_EQ(found->uuid, "4c4c4544-0000-1000-8000-000000000001");
  EXPECT_EQ(found->serial, "S-1");
  EXPECT_FALSE(found->known);
}

TEST_F(RegistryTest, access_survives_a_restart_and_no_event_tells_its_secrets) {
  boot::Client wanted = client(1, "pc1");
  wanted.access = {
      boot::AuthKind::mutual,        "iqn.1993-08.org.debian:1",   "dos", *parse_ip_network("10.99.0.0/24"),
      boot::Secret("topsecret-one"), boot::Secret("topsecret-two")};
  ASSERT_TRUE(registry->put_client(wanted));
  restart();
  EXPECT_EQ(registry->snapshot()->find_client(mac_number(1))->access, wanted.access);
  for (const boot::Event& event : events->take().events) {
    EXPECT_EQ(event.text.find("topsecret"), std::string::npos);
    for (const auto& [name, value] : event.fields) EXPECT_EQ(value.find("topsecret"), std::string::npos);
  }
  see(sighting(1));
  restart();
  EXPECT_EQ(registry->snapshot()->find_client(mac_number(1))->access, wanted.access);
  wanted.access = {};
  ASSERT_TRUE(registry->put_client(wanted));
  restart();
  EXPECT_EQ(registry->snapshot()->find_client(mac_number(1))->access, boot::Access{});
}

TEST_F(RegistryTest, quirks_survive_a_restart_and_what_was_learned_is_nobodys_to_overwrite) {
  boot::Client wanted = client(1, "pc1");
  wanted.quirks = {boot::ProxyForm::automatic, boot::ProxyForm::option43, "ipxe.efi", true, 512, 1};
  ASSERT_TRUE(registry->put_client(wanted));
  EXPECT_EQ(registry->snapshot()->find_client(mac_number(1))->quirks.learned_proxy_form, std::nullopt);
  boot::Sighting learned = sighting(1);
  learned.learned_proxy_form = boot::ProxyForm::binl;
  see(learned);
  see(sighting(1));
  boot::Sighting stranger = sighting(2);
  stranger.learned_proxy_form = boot::ProxyForm::option43;
  see(stranger);
  ASSERT_TRUE(registry->put_client(wanted));
  restart();
  wanted.quirks.learned_proxy_form = boot::ProxyForm::binl;
  EXPECT_EQ(registry->snapshot()->find_client(mac_number(1))->quirks, wanted.quirks);
  EXPECT_EQ(registry->snapshot()->find_client(mac_number(2))->quirks.learned_proxy_form, boot::ProxyForm::option43);
  ASSERT_TRUE(registry->remove_client(mac_number(1)));
  EXPECT_EQ(database->query_number("SELECT count(*) FROM quirks"), 1);
}

TEST_F(RegistryTest, access_that_cannot_be_read_opens_nothing) {
  ASSERT_TRUE(registry->put_client(client(1)));
  database->execute("INSERT INTO access VALUES ('" + mac_number(1).to_string() +
                    "', 'none', 'any', NULL, 'not a network', NULL, NULL)");
  restart();
  const boot::Access access = registry->snapshot()->find_client(mac_number(1))->access;
  EXPECT_EQ(access.auth, boot::AuthKind::chap);
  EXPECT_TRUE(access.secret.empty());
}

TEST_F(RegistryTest, a_change_replaces_the_drives_of_before) {
  for (const char* name : {"a", "b", "c"}) ASSERT_TRUE(registry->put_image(image(name)));
  boot::Client wanted = client(1, "pc1");
  wanted.set_boot(boot::Disks{{{"a", boot::DriveMode::master}, {"b", boot::DriveMode::master}}});
  ASSERT_TRUE(registry->put_client(wanted));
  wanted.set_boot(boot::Disks{{{"c", boot::DriveMode::readonly}}});
  ASSERT_TRUE(registry->put_client(wanted));
  restart();
  EXPECT_EQ(registry->snapshot()->find_client(mac_number(1))->menu, wanted.menu);
  EXPECT_TRUE(registry->remove_image("a"));
}

TEST_F(RegistryTest, a_taken_name_or_address_is_refused_and_the_owner_named) {
  boot::Client first = client(1, "pc1");
  first.reserved_address = Ipv4Address{0x0a630032};
  ASSERT_TRUE(registry->put_client(first));
  const auto name = registry->put_client(client(2, "pc1"));
  ASSERT_FALSE(name);
  EXPECT_EQ(name.error().kind, ErrorKind::conflict);
  EXPECT_THAT(name.error().message, HasSubstr("52:54:00:00:00:01"));
  boot::Client second = client(2, "pc2");
  second.reserved_address = first.reserved_address;
  const auto address = registry->put_client(second);
  ASSERT_FALSE(address);
  EXPECT_EQ(address.error().kind, ErrorKind::conflict);
  EXPECT_THAT(address.error().message, HasSubstr("pc1"));
  EXPECT_EQ(registry->snapshot()->clients.size(), 1u);
  EXPECT_TRUE(registry->put_client(first)) << "its own name and address are no conflict";
  EXPECT_TRUE(registry->put_client(client(3))) << "no name is no conflict";
  EXPECT_TRUE(registry->put_client(client(4)));
}

TEST_F(RegistryTest, a_drive_needs_its_image_and_an_image_its_freedom) {
  boot::Client wanted = client(1, "pc1");
  wanted.set_boot(boot::Disks{{{"dos", boot::DriveMode::master}}});
  const auto missing = registry->put_client(wanted);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::not_found);
  EXPECT_THAT(missing.error().message, HasSubstr("dos"));
  EXPECT_TRUE(registry->snapshot()->clients.empty());

  ASSERT_TRUE(registry->put_image(image("dos")));
  ASSERT_TRUE(registry->put_client(wanted));
  const auto used = registry->remove_image("dos");
  ASSERT_FALSE(used);
  EXPECT_EQ(used.error().kind, ErrorKind::conflict);
  EXPECT_THAT(used.error().message, HasSubstr("pc1"));
  ASSERT_TRUE(registry->remove_client(wanted.mac));
  EXPECT_TRUE(registry->remove_image("dos"));
  EXPECT_EQ(registry->remove_image("dos").error().kind, ErrorKind::not_found);
  EXPECT_EQ(registry->remove_client(wanted.mac).error().kind, ErrorKind::not_found);
}

TEST_F(RegistryTest, what_no_script_could_hold_is_refused) {
  boot::Client wanted = client(1, "two words");
  EXPECT_EQ(registry->put_client(wanted).error().kind, ErrorKind::invalid);
  wanted.name = "pc1";
  wanted.set_boot(boot::Kernel{"vmlinuz", {}, "a\nb"});
  EXPECT_EQ(registry->put_client(wanted).error().kind, ErrorKind::invalid);
  EXPECT_EQ(registry->put_image(image("../etc")).error().kind, ErrorKind::invalid);
}

TEST_F(RegistryTest, edits_tell_the_bus) {
  ASSERT_TRUE(registry->put_image(image("dos")));
  ASSERT_TRUE(registry->put_image(image("dos")));
  ASSERT_TRUE(registry->put_client(client(1, "pc1")));
  ASSERT_TRUE(registry->remove_client(mac_number(1)));
  ASSERT_TRUE(registry->remove_image("dos"));
  EXPECT_FALSE(registry->remove_image("dos"));
  EXPECT_EQ(kinds(), (std::vector{EventKind::image_added, EventKind::image_changed, EventKind::client_changed,
                                  EventKind::client_removed, EventKind::image_removed}));
}

TEST_F(RegistryTest, a_machine_never_seen_before_appears_at_once_and_stays) {
  boot::Sighting seen = sighting(1);
  seen.architecture = boot::Architecture::bios;
  registry->note_seen(seen);
  drain();
  EXPECT_EQ(kinds(), std::vector{EventKind::client_seen});
  restart();
  const auto snapshot = registry->snapshot();
  const boot::Client* found = snapshot->find_client(mac_number(1));
  ASSERT_NE(found, nullptr);
  EXPECT_FALSE(found->known);
  EXPECT_EQ(found->architecture, boot::Architecture::bios);
  EXPECT_EQ(found->first_seen, clock.wall_now());
  EXPECT_TRUE(found->menu.entries.empty());
}

TEST_F(RegistryTest, a_machine_is_news_again_after_ten_silent_seconds_or_with_a_new_address) {
  see(sighting(1));
  EXPECT_EQ(kinds().size(), 1u);
  clock.advance(std::chrono::seconds{10});
  see(sighting(1));
  EXPECT_EQ(kinds().size(), 0u) << "still talking";
  boot::Sighting moved = sighting(1);
  moved.address = Ipv4Address{0x0a630064};
  see(moved);
  EXPECT_EQ(kinds(), std::vector{EventKind::client_seen});
  see(sighting(1));
  EXPECT_EQ(registry->snapshot()->find_client(mac_number(1))->address, moved.address) << "no news is not bad news";
  EXPECT_EQ(kinds().size(), 0u);
  clock.advance(std::chrono::seconds{11});
  see(sighting(1));
  EXPECT_EQ(kinds(), std::vector{EventKind::client_seen});
  const auto snapshot = registry->snapshot();
  EXPECT_EQ(*snapshot->find_client(mac_number(1))->last_seen - *snapshot->find_client(mac_number(1))->first_seen,
            std::chrono::seconds{21});
}

TEST_F(RegistryTest, a_sighting_changes_nothing_that_a_person_said_and_an_edit_nothing_that_was_seen) {
  ASSERT_TRUE(registry->put_client(client(1, "pc1")));
  boot::Sighting seen = sighting(1);
  seen.address = Ipv4Address{0x0a630064};
  see(seen);
  ASSERT_TRUE(registry->put_client(client(1, "pc2")));
  restart();
  const auto snapshot = registry->snapshot();
  const boot::Client* found = snapshot->find_client(mac_number(1));
  EXPECT_EQ(found->name, "pc2");
  EXPECT_TRUE(found->known);
  EXPECT_EQ(found->address, seen.address);
  EXPECT_TRUE(found->last_seen.has_value());
}

TEST_F(RegistryTest, a_flood_of_unknown_machines_pushes_out_the_oldest_of_its_kind) {
  ASSERT_TRUE(registry->put_client(client(1, "pc1")));
  for (std::uint32_t n = 2; n < 2 + Registry::max_unknown; ++n) {
    boot::Sighting seen = sighting(n);
    seen.at += std::chrono::milliseconds{n};
    registry->note_seen(seen);
  }
  registry->flush_seen();
  EXPECT_EQ(registry->snapshot()->clients.size(), Registry::max_unknown + 1);
  kinds();
  clock.advance(std::chrono::minutes{1});
  see(sighting(900'000));
  const auto snapshot = registry->snapshot();
  EXPECT_EQ(snapshot->clients.size(), Registry::max_unknown + 1);
  EXPECT_EQ(snapshot->find_client(mac_number(2)), nullptr) << "the oldest";
  EXPECT_NE(snapshot->find_client(mac_number(3)), nullptr);
  EXPECT_NE(snapshot->find_client(mac_number(1)), nullptr) << "known";
  EXPECT_EQ(kinds(), (std::vector{EventKind::client_seen, EventKind::client_removed}));
  restart();
  EXPECT_EQ(registry->snapshot()->clients.size(), Registry::max_unknown + 1);
}

TEST_F(RegistryTest, a_flood_of_unknown_machines_is_not_told_one_by_one) {
  ASSERT_TRUE(registry->put_client(client(1, "pc1")));
  kinds();
  for (std::uint32_t n = 2; n < 3000; ++n) registry->note_seen(sighting(n));
  registry->flush_seen();
  EXPECT_EQ(kinds().size(), 1000u);
  EXPECT_EQ(registry->snapshot()->clients.size(), 2999u) << "seen they are all the same";
  see(sighting(1));
  EXPECT_EQ(kinds(), std::vector{EventKind::client_seen}) << "a known client is told always";
}

TEST_F(RegistryTest, a_snapshot_never_changes_under_its_readers) {
  ASSERT_TRUE(registry->put_image(image("a")));
  ASSERT_TRUE(registry->put_image(image("b")));
  std::atomic<bool> stop{false};
  std::atomic<int> torn{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&, i] {
      for (std::uint32_t n = 0; !stop; ++n) {
        const auto snapshot = registry->snapshot();
        const boot::Client* found = snapshot->find_client(mac_number(1));
        if (!found) continue;
        // Name and drive are changed together: a reader must see both or neither.
        const auto* disks = std::get_if<boot::Disks>(&found->menu.entries.at(0).boot);
        if (!disks || disks->drives.front().image != found->name || !snapshot->find_image(found->name)) ++torn;
        if (i == 0) registry->note_seen(sighting(2 + n % 50));
      }
    });
  }
  for (int i = 0; i < 100; ++i) {
    boot::Client wanted = client(1, i % 2 ? "a" : "b");
    wanted.set_boot(boot::Disks{{{wanted.name, boot::DriveMode::readonly}}});
    EXPECT_TRUE(registry->put_client(wanted));
  }
  stop = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(torn, 0);
}

TEST_F(RegistryTest, an_edit_fails_whole_whichever_call_fails) {
  ASSERT_TRUE(registry->put_image(image("dos")));
  boot::Client before = client(1, "before");
  ASSERT_TRUE(registry->put_client(before));
  boot::Client after = client(1, "after");
  after.set_boot(boot::Disks{{{"dos", boot::DriveMode::master}}});
  bool succeeded = false;
  for (int n = 1; !succeeded; ++n) {
    ASSERT_LT(n, 50);
    int calls = 0;
    database->set_fault([&] {
      if (++calls == n) throw DbError("the disk says no");
    });
    const auto done = registry->put_client(after);
    database->set_fault(nullptr);
    succeeded = done.has_value();
    const auto& shown = registry->snapshot()->clients.at(mac_number(1));
    EXPECT_EQ(shown.name, succeeded ? "after" : "before") << "call " << n;
    if (!succeeded) {
      EXPECT_EQ(done.error().kind, ErrorKind::io);
    }
  }
  restart();
  EXPECT_EQ(registry->snapshot()->clients.at(mac_number(1)).name, "after");
}

}  // namespace
}  // namespace bootferry::db
