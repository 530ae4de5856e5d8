// SPDX-License-Identifier: Apache-2.0
#include "db/migrate.hpp"

#include <gmock/gmock.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>

#include "db/backup.hpp"
#include "db/people_store.hpp"
#include "db/registry_rows.hpp"
#include "db/statement.hpp"
#include "db_fixture.hpp"

namespace bootferry {
extern const EmbeddedFiles migrations;
}

namespace bootferry::db {
namespace {

/// The newest version this program has; each one before it needs a test that starts from a file of it.
constexpr std::int64_t newest = 10;

EmbeddedFile step(const char* name, const char* sql) { return {name, sql, sql + std::strlen(sql)}; }

const EmbeddedFile three_steps[] = {
    step("0001_first.sql", "CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('one');"),
    step("0002_second.sql", "ALTER TABLE notes ADD COLUMN stars INTEGER NOT NULL DEFAULT 3;"),
    step("0003_broken.sql", "INSERT INTO notes VALUES ('three', 1); INSERT INTO nowhere VALUES (1);"),
};

struct MigrateTest : testing::Test {
  TemporaryFolder folder;
  std::filesystem::path file = folder / "bootferry.db";

  std::string refusal(const EmbeddedFiles& steps) {
    Database database(file);
    try {
      migrate(database, steps);
    } catch (const DbError& error) {
      return error.what();
    }
    return "";
  }
  std::vector<std::string> copies() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      const std::string name = entry.path().filename().string();
      if (name.find(".before-") != name.npos || name.find(".copying") != name.npos) names.push_back(name);
    }
    std::ranges::sort(names);
    return names;
  }
  std::int64_t version() { return Database(file).query_number("PRAGMA user_version"); }
};

TEST_F(MigrateTest, an_empty_file_becomes_the_newest_version_without_a_copy) {
  auto database = open_database(file);
  EXPECT_EQ(database->query_number("PRAGMA user_version"), newest);
  EXPECT_EQ(database->query_number("PRAGMA application_id"), 0x42464552);  // "BFER"
  EXPECT_TRUE(load_snapshot(*database).clients.empty());
  EXPECT_TRUE(copies().empty());
}

TEST_F(MigrateTest, a_file_of_version_1_opens_with_what_it_holds) {
  {
    auto old = std::make_unique<Database>(file);
    migrate(*old, EmbeddedFiles{migrations.begin(), 1});
    old->execute(
        "INSERT INTO images VALUES ('dos', 'raw', 'dos.raw', 1048576, 1700000000000);"
        "INSERT INTO clients VALUES ('52:54:00:e2:e0:01', 'pc1', 1, 'disks', NULL, NULL, '10.99.0.50', NULL, 'bios', "
        "NULL, NULL);"
        "INSERT INTO drives VALUES ('52:54:00:e2:e0:01', 0, 'dos', 'master');");
    ASSERT_EQ(old->query_number("PRAGMA user_version"), 1);
  }
  auto database = open_database(file);
  const auto snapshot = load_snapshot(*database);
  ASSERT_EQ(snapshot.clients.size(), 1u);
  EXPECT_EQ(snapshot.clients.begin()->second.menu.entries.at(0).boot,
            boot::BootEntry(boot::Disks{{{"dos", boot::DriveMode::master}}}));
  EXPECT_EQ(snapshot.images.at("dos").block_size, 512u);
  EXPECT_EQ(database->query_number("PRAGMA user_version"), newest);
}

TEST_F(MigrateTest, a_file_of_version_2_opens_with_what_it_holds) {
  {
    Database old(file);
    migrate(old, EmbeddedFiles{migrations.begin(), 2});
    old.execute("INSERT INTO images VALUES ('big', 'raw', 'big.raw', 1048576, 1700000000000, 4096)");
  }
  auto database = open_database(file);
  EXPECT_EQ(load_snapshot(*database).images.at("big").block_size, 4096u);
  EXPECT_EQ(database->query_number("SELECT count(*) FROM reservations"), 0);
}

TEST_F(MigrateTest, a_file_of_version_3_opens_with_what_it_holds) {
  {
    Database old(file);
    migrate(old, EmbeddedFiles{migrations.begin(), 3});
    old.execute("INSERT INTO images VALUES ('big', 'raw', 'big.raw', 1048576, 1700000000000, 4096)");
  }
  auto database = open_database(file);
  EXPECT_EQ(load_snapshot(*database).images.at("big").traits, boot::DiskTraits{});
}

TEST_F(MigrateTest, clients_of_version_4_come_under_their_own_name_with_the_secret_of_their_boot) {
  {
    auto old = std::make_unique<Database>(file);
    migrate(*old, EmbeddedFiles{migrations.begin(), 4});
    old->execute(
        "INSERT INTO clients VALUES ('52:54:00:e2:e0:01', 'pc1', 1, 'local', NULL, NULL, NULL, NULL, 'bios', NULL, "
        "NULL);");
    ASSERT_EQ(old->query_number("PRAGMA user_version"), 4);
  }
  auto database = open_database(file);
  const auto snapshot = load_snapshot(*database);
  ASSERT_EQ(snapshot.clients.size(), 1u);
  EXPECT_EQ(snapshot.clients.begin()->second.access, boot::Access{});
}

TEST_F(MigrateTest, images_of_version_5_are_their_own_first_version_and_drives_stay) {
  {
    auto old = std::make_unique<Database>(file);
    migrate(*old, EmbeddedFiles{migrations.begin(), 5});
    old->execute(
        "INSERT INTO images (name, format, file, size, created) VALUES ('dos', 'raw', 'dos.raw', 1048576, "
        "1700000000000);"
        "INSERT INTO clients VALUES ('52:54:00:e2:e0:01', 'pc1', 1, 'disks', NULL, NULL, NULL, NULL, 'bios', NULL, "
        "NULL);"
        "INSERT INTO drives VALUES ('52:54:00:e2:e0:01', 0, 'dos', 'readonly');");
    ASSERT_EQ(old->query_number("PRAGMA user_version"), 5);
  }
  auto database = open_database(file);
  const auto snapshot = load_snapshot(*database);
  const boot::Image& image = snapshot.images.at("dos");
  ASSERT_EQ(image.versions.size(), 1u);
  const auto stack = snapshot.stack_of(image.current().layer);
  ASSERT_EQ(stack.size(), 1u);
  EXPECT_EQ(stack[0].file, "dos.raw");
  EXPECT_EQ(stack[0].format, "raw");
  EXPECT_EQ(stack[0].size, ByteCount{1048576});
  EXPECT_EQ(snapshot.clients.begin()->second.menu.entries.at(0).boot,
            boot::BootEntry(boot::Disks{{{"dos", boot::DriveMode::readonly}}}));
}

TEST_F(MigrateTest, each_boot_of_version_6_is_the_first_entry_of_its_client) {
  {
    auto old = std::make_unique<Database>(file);
    migrate(*old, EmbeddedFiles{migrations.begin(), 6});
    old->execute(
        "INSERT INTO images (name, format, file, size, created) VALUES ('win', 'raw', 'win.raw', 1048576, "
        "1700000000000), ('data', 'raw', 'data.raw', 1048576, 1700000000000);"
        "INSERT INTO clients VALUES"
        " ('52:54:00:e2:e0:01', 'pc1', 1, 'disks', NULL, NULL, NULL, NULL, 'bios', NULL, NULL),"
        " ('52:54:00:e2:e0:02', 'pc2', 1, 'kernel', 'vmlinuz', 'quiet', NULL, NULL, 'bios', NULL, NULL),"
        " ('52:54:00:e2:e0:03', NULL, 1, 'local', NULL, NULL, NULL, NULL, 'bios', NULL, NULL),"
        " ('52:54:00:e2:e0:04', NULL, 0, 'wait', NULL, NULL, NULL, '10.99.0.7', 'efi-x64', 5, 6);"
        "INSERT INTO drives VALUES ('52:54:00:e2:e0:01', 0, 'win', 'private', 1073741824),"
        " ('52:54:00:e2:e0:01', 1, 'data', 'readonly', 0);"
        "INSERT INTO initrds VALUES ('52:54:00:e2:e0:02', 0, 'b.img'), ('52:54:00:e2:e0:02', 1, 'a.img');");
    ASSERT_EQ(old->query_number("PRAGMA user_version"), 6);
  }
  auto database = open_database(file);
  const auto snapshot = load_snapshot(*database);
  ASSERT_EQ(snapshot.clients.size(), 4u);
  std::vector<boot::Menu> menus;
  for (const auto& [mac, client] : snapshot.clients) menus.push_back(client.menu);
  const boot::Disks disks{{{"win", boot::DriveMode::private_overlay, gib(1)}, {"data", boot::DriveMode::readonly}}};
  EXPECT_EQ(menus[0].entries, (std::vector<boot::Entry>{{0, "disks", disks}})) << "0: its targets keep their names";
  EXPECT_EQ(menus[1].entries,
            (std::vector<boot::Entry>{{0, "kernel", boot::Kernel{"vmlinuz", {"b.img", "a.img"}, "quiet"}}}));
  EXPECT_EQ(menus[2].entries, (std::vector<boot::Entry>{{0, "local", boot::LocalDisk{}}}));
  EXPECT_TRUE(menus[3].entries.empty());
  EXPECT_TRUE(snapshot.groups.empty() && snapshot.rules.empty());
  EXPECT_EQ(std::get<boot::Entry>(snapshot.unknown).boot, boot::BootEntry(boot::Wait{}));
  EXPECT_EQ(database->query_number("SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

TEST_F(MigrateTest, clients_of_version_7_have_no_quirks) {
  {
    auto old = std::make_unique<Database>(file);
    migrate(*old, EmbeddedFiles{migrations.begin(), 7});
    old->execute(
        "INSERT INTO clients (mac, name, known, architecture) VALUES ('52:54:00:e2:e0:01', 'pc1', 1, 'bios');");
    ASSERT_EQ(old->query_number("PRAGMA user_version"), 7);
  }
  auto database = open_database(file);
  const auto snapshot = load_snapshot(*database);
  ASSERT_EQ(snapshot.clients.size(), 1u);
  EXPECT_EQ(snapshot.clients.begin()->second.quirks, boot::Quirks{});
}

TEST_F(MigrateTest, a_file_of_version_8_keeps_its_log_and_has_no_boots_yet) {
  {
    auto old = std::make_unique<Database>(file);
    migrate(*old, EmbeddedFiles{migrations.begin(), 8});
    old->execute("INSERT INTO events VALUES (1, 1700000000000, 'dhcp-ack', NULL, NULL, 'It has an address.', '')");
    ASSERT_EQ(old->query_number("PRAGMA user_version"), 8);
  }
  auto database = open_database(file);
  EXPECT_EQ(database->query_number("SELECT count(*) FROM events"), 1);
  EXPECT_EQ(database->query_number("SELECT count(*) FROM boots"), 0);
}

TEST_F(MigrateTest, a_file_of_version_9_has_no_users_and_takes_some) {
  {
    auto old = std::make_unique<Database>(file);
    migrate(*old, EmbeddedFiles{migrations.begin(), 9});
    old->execute(
        "INSERT INTO clients (mac, name, known, architecture) VALUES ('52:54:00:e2:e0:01', 'pc1', 1, 'bios');");
    ASSERT_EQ(old->query_number("PRAGMA user_version"), 9);
  }
  auto database = open_database(file);
  EXPECT_EQ(load_snapshot(*database).clients.size(), 1u);
  EXPECT_TRUE(PeopleStore(*database).load().users.empty());
  EXPECT_TRUE(PeopleStore(*database).put_user({"alice", people::Role::admin, "hash", {}, {}}));
}

TEST_F(MigrateTest, an_old_file_is_copied_then_brought_forward) {
  migrate(*std::make_unique<Database>(file), EmbeddedFiles{three_steps, 1});
  {
    Database database(file);
    const auto copy = migrate(database, EmbeddedFiles{three_steps, 2});
    ASSERT_TRUE(copy);
    EXPECT_EQ(copy->file, folder / "bootferry.db.before-0001-to-0002");
    EXPECT_EQ(database.query_number("SELECT stars FROM notes"), 3);
    EXPECT_FALSE(migrate(database, EmbeddedFiles{three_steps, 2})) << "nothing is left to do";
  }
  EXPECT_EQ(version(), 2);
  EXPECT_THAT(copies(), testing::ElementsAre("bootferry.db.before-0001-to-0002")) << "one file, without a log";
  Database copy(folder / "bootferry.db.before-0001-to-0002");
  EXPECT_EQ(copy.query_number("PRAGMA user_version"), 1);
  EXPECT_EQ(copy.query_number("SELECT count(*) FROM notes"), 1);
  EXPECT_EQ(copy.query_number("SELECT count(*) FROM pragma_table_info('notes')"), 1);
}

TEST_F(MigrateTest, the_copy_is_for_its_owner_only_as_it_holds_secrets) {
  migrate(*std::make_unique<Database>(file), EmbeddedFiles{three_steps, 1});
  const mode_t before = ::umask(0022);
  migrate(*std::make_unique<Database>(file), EmbeddedFiles{three_steps, 2});
  ::umask(before);
  struct stat info{};
  ASSERT_EQ(::stat((folder / "bootferry.db.before-0001-to-0002").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(MigrateTest, the_copy_is_a_backup_that_can_be_restored) {
  {
    Database old(file);
    migrate(old, EmbeddedFiles{migrations.begin(), newest - 1});
    old.execute("INSERT INTO clients (mac, name, known, architecture) VALUES ('52:54:00:e2:e0:01', 'pc1', 1, 'bios');");
  }
  std::optional<MigrationCopy> told;
  (void)open_database(file, [&](const MigrationCopy& copy) { told = copy; });
  ASSERT_TRUE(told);
  EXPECT_EQ(std::pair(told->from, told->to), std::pair(newest - 1, newest));
  const auto restored = restore_backup(told->file, file);
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(restored->clients, 1u);
  EXPECT_EQ(version(), newest - 1) << "as the program before it left it";
}

TEST_F(MigrateTest, the_newest_three_copies_stay_whatever_their_numbers_are) {
  const auto age = [&](const char* name, int hours) {
    const auto copy = folder / (std::string("bootferry.db.before-") + name);
    std::ofstream(copy) << "old";
    std::filesystem::last_write_time(copy, std::filesystem::file_time_type::clock::now() - std::chrono::hours(hours));
  };
  age("0007-to-0008", 4);
  age("0008-to-0009", 3);
  age("0009-to-0012", 2);
  age("restore", 9);
  migrate(*std::make_unique<Database>(file), EmbeddedFiles{three_steps, 1});
  migrate(*std::make_unique<Database>(file), EmbeddedFiles{three_steps, 2});
  EXPECT_THAT(copies(), testing::ElementsAre("bootferry.db.before-0001-to-0002", "bootferry.db.before-0008-to-0009",
                                             "bootferry.db.before-0009-to-0012", "bootferry.db.before-restore"));
}

TEST_F(MigrateTest, a_step_that_fails_leaves_all_as_it_was) {
  migrate(*std::make_unique<Database>(file), EmbeddedFiles{three_steps, 1});
  for (int times = 0; times < 2; ++times) {
    EXPECT_NE(refusal(EmbeddedFiles{three_steps, 3}), "") << "the second time over the copy that is already there";
    EXPECT_EQ(version(), 1) << "not half of the way, at version 2";
    EXPECT_EQ(Database(file).query_number("SELECT count(*) FROM pragma_table_info('notes')"), 1);
    EXPECT_THAT(copies(), testing::ElementsAre("bootferry.db.before-0001-to-0003"));
  }
}

TEST_F(MigrateTest, without_room_for_the_copy_nothing_is_changed) {
  migrate(*std::make_unique<Database>(file), EmbeddedFiles{three_steps, 1});
  Database database(file);
  int steps = 0;
  database.set_fault([&] {
    if (++steps == 2) throw DbError("database or disk is full", SQLITE_FULL);  // the first asks for the version
  });
  try {
    migrate(database, EmbeddedFiles{three_steps, 2});
    FAIL() << "no exception";
  } catch (const DbError& error) {
    EXPECT_THAT(error.what(), testing::AllOf(testing::HasSubstr("from version 1 to 2"),
                                             testing::HasSubstr("is full; free some space"),
                                             testing::HasSubstr("Nothing was changed")));
  }
  database.set_fault({});
  EXPECT_EQ(database.query_number("PRAGMA user_version"), 1);
  EXPECT_TRUE(copies().empty()) << "no half one either";
}

/// A child is killed before each of its steps, one after the other: what it leaves is the old version or the new one,
/// and whatever has a copy's name is a whole copy.
TEST_F(MigrateTest, killed_at_any_step_it_is_before_or_after_and_the_next_start_goes_on) {
  const EmbeddedFiles steps{three_steps, 2};
  bool killed = true;
  int kill_at = 0;
  while (killed) {
    ++kill_at;
    for (const std::string& name : copies()) remove_database(folder / name);
    remove_database(file);
    migrate(*std::make_unique<Database>(file), EmbeddedFiles{three_steps, 1});
    const pid_t child = ::fork();
    if (child == 0) {
      Database database(file);
      database.set_fault([&, left = kill_at]() mutable {
        if (--left == 0) ::kill(::getpid(), SIGKILL);
      });
      migrate(database, steps);
      ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    killed = WIFSIGNALED(status);
    const auto left = version();
    EXPECT_EQ(left, killed ? 1 : 2) << "at " << kill_at;
    EXPECT_EQ(Database(file).query_number("SELECT count(*) FROM pragma_table_info('notes')"), left);
    const auto copy = folder / "bootferry.db.before-0001-to-0002";
    if (std::filesystem::exists(copy)) {
      EXPECT_EQ(Database(copy).query_number("SELECT count(*) FROM notes"), 1);
    }
    std::ofstream(folder / "bootferry.db.copying", std::ios::trunc) << "half a copy of a start that was killed";
    migrate(*std::make_unique<Database>(file), steps);
    EXPECT_EQ(version(), 2) << "at " << kill_at;
  }
  EXPECT_GE(kill_at, 5) << "there are steps between which it can be killed";
}

TEST_F(MigrateTest, a_newer_file_is_refused_with_a_sentence_and_untouched) {
  Database(file).execute("CREATE TABLE future (x); PRAGMA user_version = 999");
  const auto refused = [&] {
    try {
      (void)open_database(file);
    } catch (const DbError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(refused(), testing::HasSubstr("newer Bootferry; install that version again, or start with another"));
  std::ofstream(folder / "bootferry.db.before-0998-to-0999") << "of a version that is newer too";
  EXPECT_THAT(refused(), testing::Not(testing::HasSubstr("restore")));
  std::ofstream(folder / "bootferry.db.before-0010-to-0999") << "of this one";
  EXPECT_THAT(refused(), testing::HasSubstr("restore " + (folder / "bootferry.db.before-0010-to-0999").string()));
  EXPECT_EQ(version(), 999);
}

TEST_F(MigrateTest, the_database_of_another_program_is_refused) {
  Database(file).execute("CREATE TABLE holiday_photos (x)");
  EXPECT_NE(refusal(EmbeddedFiles{three_steps, 2}).find("another program"), std::string::npos);
  EXPECT_EQ(version(), 0);
}

TEST_F(MigrateTest, a_gap_in_the_numbers_is_refused) {
  const EmbeddedFile gap[] = {three_steps[0], three_steps[2]};
  EXPECT_NE(refusal(EmbeddedFiles{gap, 2}).find("out of order"), std::string::npos);
}

}  // namespace
}  // namespace bootferry::db
