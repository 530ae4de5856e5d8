// SPDX-License-Identifier: Apache-2.0
#include "db/backup.hpp"

#include <sys/stat.h>
#include <fstream>

#include "db/migrate.hpp"
#include "db_fixture.hpp"

namespace bootferry::db {
namespace {

constexpr WallTime noon{std::chrono::milliseconds(1'800'000'000'000)};

struct BackupTest : testing::Test {
  TemporaryFolder folder;
  std::filesystem::path file = folder / "bootferry.db", backup = folder / "b.backup";

  static void add_image(Database& database, const std::string& name) {
    database.execute("INSERT INTO images (name, format, file, size, created) VALUES ('" + name + "', 'raw', '" + name +
                     ".raw', 512, 0)");
  }
  std::int64_t images() { return open_database(file)->query_number("SELECT count(*) FROM images"); }
};

TEST_F(BackupTest, AServerThatWritesIsCopiedAsOfOneMomentAndComesBack) {
  {
    const auto live = open_database(file);
    add_image(*live, "win");
    const auto made = make_backup(file, backup, {{"ipxe-scripts/san.ipxe", "#!ipxe\n"}}, noon);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->images, 1u);
    add_image(*live, "later");
  }
  struct stat status{};
  ASSERT_EQ(stat(backup.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u) << "it holds the secrets of initiators";

  const auto restored = restore_backup(backup, file);
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(restored->made, noon);
  ASSERT_EQ(restored->files.size(), 1u);
  EXPECT_EQ(restored->files[0].content, "#!ipxe\n");
  EXPECT_EQ(images(), 1);
  EXPECT_EQ(open_database(file)->query_number("SELECT count(*) FROM sqlite_schema WHERE name = 'kept_files'"), 0);
  EXPECT_EQ(Database(folder / "bootferry.db.before-restore").query_number("SELECT count(*) FROM images"), 2);
}

TEST_F(BackupTest, ADatabaseThatIsLostOrBrokenIsNoHindrance) {
  (void)open_database(file);
  ASSERT_TRUE(make_backup(file, backup, {}, noon));
  std::ofstream(file) << "this is no database";
  ASSERT_TRUE(restore_backup(backup, file));
  EXPECT_EQ(images(), 0);
  std::filesystem::remove(file);
  ASSERT_TRUE(restore_backup(backup, file));
  EXPECT_EQ(images(), 0);
}

TEST_F(BackupTest, WhatIsNoBackupIsRefusedAndChangesNothing) {
  (void)open_database(file);
  std::ofstream(folder / "text") << "hello";
  std::ofstream(folder / "empty");
  for (const char* name : {"text", "empty", "bootferry.db", "not-there"}) {
    const auto refused = restore_backup(folder / name, file);
    ASSERT_FALSE(refused) << name;
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "bootferry.db.before-restore"));
  EXPECT_EQ(images(), 0);
}

TEST_F(BackupTest, ADamagedOneAndOneOfANewerVersionAreRefused) {
  (void)open_database(file);
  ASSERT_TRUE(make_backup(file, backup, {}, noon));
  Database(backup).execute("PRAGMA user_version = 9999");
  EXPECT_NE(read_backup(backup).error().message.find("newer Bootferry"), std::string::npos);
  std::filesystem::resize_file(backup, std::filesystem::file_size(backup) - 4096);
  EXPECT_FALSE(read_backup(backup));
}

TEST_F(BackupTest, AFileThatIsThereIsNotOverwritten) {
  (void)open_database(file);
  std::ofstream(backup) << "precious";
  EXPECT_EQ(make_backup(file, backup, {}, noon).error().kind, ErrorKind::conflict);
  EXPECT_EQ(std::filesystem::file_size(backup), 8u);
  EXPECT_EQ(make_backup(folder / "nothing.db", folder / "c", {}, noon).error().kind, ErrorKind::not_found);
  EXPECT_FALSE(std::filesystem::exists(folder / "c"));
}

}  // namespace
}  // namespace bootferry::db
