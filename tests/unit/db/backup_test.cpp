// SPDX-License-Identifier: Apache-2.0
#include "db/backup.hpp"

#include <gmock/gmock.h>
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

TEST_F(BackupTest, AFileThatHoldsMoreThanABackupIsRefused) {
  (void)open_database(file);
  ASSERT_TRUE(make_backup(file, backup, {}, noon));
  std::filesystem::copy_file(backup, folder / "b");
  Database(folder / "b").execute("CREATE TRIGGER t AFTER INSERT ON users BEGIN DELETE FROM changes; END");
  EXPECT_NE(read_backup(folder / "b", "the file").error().message.find("the file was not made"), std::string::npos);
  Database(backup).execute("CREATE VIEW v AS SELECT * FROM users");
  EXPECT_FALSE(read_backup(backup));
}

TEST_F(BackupTest, ImagesOutsideOfTheLibraryAreNamed) {
  const auto live = open_database(file);
  add_image(*live, "win");
  add_image(*live, "a..b");
  for (const char* bad : {"/dev/sda", "../bootferry.db", "layers/../../x"}) {
    const std::string text = bad;
    live->execute("INSERT INTO layers (file, format, size, created) VALUES ('" + text + "', 'raw', 512, 0)");
  }
  live->execute("INSERT INTO dropped_files (file) VALUES ('/etc/passwd')");
  const auto made = make_backup(file, backup, {}, noon);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_THAT(made->outside,
              testing::UnorderedElementsAre("/dev/sda", "../bootferry.db", "layers/../../x", "/etc/passwd"));
}

TEST_F(BackupTest, WhatAStartWouldStumbleOverIsFoundInARehearsal) {
  (void)open_database(file);
  ASSERT_TRUE(make_backup(file, backup, {}, noon));
  EXPECT_TRUE(rehearse_backup(backup));
  std::filesystem::copy_file(backup, folder / "lacks");
  Database(folder / "lacks").execute("DROP TABLE tokens");
  EXPECT_FALSE(rehearse_backup(folder / "lacks"));
  Database(backup).execute("PRAGMA user_version = 1");
  EXPECT_FALSE(rehearse_backup(backup)) << "the migrations fail on it";
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 3) << "nothing is left of it";
}

/// Killed between any two steps, and taken in by the start after it.
TEST_F(BackupTest, WhereverTakingInIsKilledTheNextStartEndsIt) {
  struct Kill {};
  const std::filesystem::path pending = folder / "pending";
  for (int kill_at = 1;; ++kill_at) {
    for (const char* old : {"bootferry.db", "bootferry.db.before-restore", "b.backup"}) remove_database(folder / old);
    {
      const auto live = open_database(file);
      ASSERT_TRUE(make_backup(file, backup, {{"server-key", "k"}}, noon));
      add_image(*live, "later");
    }
    ASSERT_TRUE(lay_ready(backup, pending));
    std::vector<KeptFile> written;
    const auto put_files = [&](const std::vector<KeptFile>& files) { return written = files, Result<void>{}; };
    int steps = 0;
    bool killed = false;
    try {
      ASSERT_TRUE(take_in_backup(pending, file, put_files, [&] {
        if (++steps == kill_at) throw Kill();
      }));
    } catch (const Kill&) {
      killed = true;
      ASSERT_TRUE(std::filesystem::exists(pending)) << kill_at;
      EXPECT_EQ(Database(file).query_number("SELECT count(*) FROM images"), 1) << "still as before, at " << kill_at;
      ASSERT_TRUE(take_in_backup(pending, file, put_files)) << kill_at;
    }
    EXPECT_FALSE(std::filesystem::exists(pending));
    ASSERT_EQ(written.size(), 1u) << kill_at;
    EXPECT_EQ(images(), 0) << kill_at;
    EXPECT_EQ(Database(folder / "bootferry.db.before-restore").query_number("SELECT count(*) FROM images"), 1)
        << kill_at;
    if (!killed) {
      EXPECT_GE(kill_at, 4) << "there are steps between which it can be killed";
      break;
    }
  }
}

TEST_F(BackupTest, WhatCannotBeTakenInLeavesTheDatabaseAlone) {
  {
    const auto live = open_database(file);
    ASSERT_TRUE(make_backup(file, backup, {{"server-key", "k"}}, noon));
    add_image(*live, "win");
  }
  ASSERT_TRUE(lay_ready(backup, folder / "pending"));
  const auto full = [](const std::vector<KeptFile>&) { return Result<void>(fail(ErrorKind::io, "the disk is full")); };
  EXPECT_EQ(take_in_backup(folder / "pending", file, full).error().message, "the disk is full");
  std::ofstream(folder / "text") << "hello";
  EXPECT_FALSE(take_in_backup(folder / "text", file, full));
  EXPECT_EQ(images(), 1);
}

}  // namespace
}  // namespace bootferry::db
