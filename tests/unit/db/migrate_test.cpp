// SPDX-License-Identifier: Apache-2.0
#include "db/migrate.hpp"

#include <sys/stat.h>

#include <cstring>

#include "db/registry_rows.hpp"
#include "db/statement.hpp"
#include "db_fixture.hpp"

namespace bootferry {
extern const EmbeddedFiles migrations;
}

namespace bootferry::db {
namespace {

/// The newest version this program has; each one before it needs a test that starts from a file of it.
constexpr std::int64_t newest = 6;

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
  std::int64_t version() { return Database(file).query_number("PRAGMA user_version"); }
};

TEST_F(MigrateTest, an_empty_file_becomes_the_newest_version_without_a_copy) {
  auto database = open_database(file);
  EXPECT_EQ(database->query_number("PRAGMA user_version"), newest);
  EXPECT_EQ(database->query_number("PRAGMA application_id"), 0x42464552);  // "BFER"
  EXPECT_TRUE(load_snapshot(*database).clients.empty());
  EXPECT_FALSE(std::filesystem::exists(folder / "bootferry.db.before-v3"));
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
  EXPECT_EQ(snapshot.clients.begin()->second.boot, boot::BootEntry(boot::Disks{{{"dos", boot::DriveMode::master}}}));
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
  EXPECT_EQ(snapshot.clients.begin()->second.boot, boot::BootEntry(boot::Disks{{{"dos", boot::DriveMode::readonly}}}));
}

TEST_F(MigrateTest, an_old_file_is_copied_then_brought_forward) {
  {
    Database database(file);
    migrate(database, EmbeddedFiles{three_steps, 1});
  }
  {
    Database database(file);
    migrate(database, EmbeddedFiles{three_steps, 2});
    EXPECT_EQ(database.query_number("SELECT stars FROM notes"), 3);
  }
  EXPECT_EQ(version(), 2);
  Database copy(folder / "bootferry.db.before-v2");
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
  ASSERT_EQ(::stat((folder / "bootferry.db.before-v2").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(MigrateTest, a_step_that_fails_leaves_the_version_before_it) {
  EXPECT_NE(refusal(EmbeddedFiles{three_steps, 3}), "");
  EXPECT_EQ(version(), 2);
  EXPECT_EQ(Database(file).query_number("SELECT count(*) FROM notes"), 1);
  EXPECT_NE(refusal(EmbeddedFiles{three_steps, 3}), "") << "and again, over the copy that is already there";
}

TEST_F(MigrateTest, a_newer_file_is_refused_with_a_sentence_and_untouched) {
  Database(file).execute("CREATE TABLE future (x); PRAGMA user_version = 999");
  try {
    (void)open_database(file);
    FAIL() << "no exception";
  } catch (const DbError& error) {
    EXPECT_NE(std::string(error.what()).find("newer Bootferry"), std::string::npos) << error.what();
  }
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
