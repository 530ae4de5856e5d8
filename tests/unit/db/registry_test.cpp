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
    wanted.boot = entry;
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
    EXPECT_EQ(found->boot, entry) << n;
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
  wanted.boot = boot::Disks{{{"a", boot::DriveMode::master}, {"b", boot::DriveMode::master}}};
  ASSERT_TRUE(registry->put_client(wanted));
  wanted.boot = boot::Disks{{{"c", boot::DriveMode::readonly}}};
  ASSERT_TRUE(registry->put_client(wanted));
  restart();
  EXPECT_EQ(registry->snapshot()->find_client(mac_number(1))->boot, wanted.boot);
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
  wanted.boot = boot::Disks{{{"dos", boot::DriveMode::master}}};
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
  wanted.boot = boot::Kernel{"vmlinuz", {}, "a\nb"};
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
  EXPECT_EQ(found->boot, boot::BootEntry(boot::Wait{}));
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
        const auto* disks = std::get_if<boot::Disks>(&found->boot);
        if (!disks || disks->drives.front().image != found->name || !snapshot->find_image(found->name)) ++torn;
        if (i == 0) registry->note_seen(sighting(2 + n % 50));
      }
    });
  }
  for (int i = 0; i < 100; ++i) {
    boot::Client wanted = client(1, i % 2 ? "a" : "b");
    wanted.boot = boot::Disks{{{wanted.name, boot::DriveMode::readonly}}};
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
  after.boot = boot::Disks{{{"dos", boot::DriveMode::master}}};
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
