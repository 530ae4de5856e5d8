// SPDX-License-Identifier: Apache-2.0
// Backups of a running server: made, sent back in pieces, laid ready and taken in by the next start.
#include "app/backup_keeper.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "db/backup.hpp"
#include "db/migrate.hpp"
#include "house.hpp"

namespace bootferry::app {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct BackupKeeperTest : testing::Test {
  House house;
  ManualClock clock;
  int restarts = 0;
  fs::path state = house.folder(), settings_file = house.folder() / "bootferry.toml";
  std::optional<BackupKeeper> keeper;
  const MacAddress pc1{{0x52, 0x54, 0, 0, 0, 1}};

  BackupKeeperTest() {
    std::ofstream(settings_file) << "# settings";
    std::ofstream(state / "server-key") << "the key of then";
    fs::create_directory(state / "ipxe-scripts");
    std::ofstream(state / "ipxe-scripts" / "wait.ipxe") << "#!ipxe\n";
    house.add_image("dos", mib(1));
    house.add_client(pc1, "pc1", {{"dos", boot::DriveMode::master}});
    start();
  }
  void start() {
    keeper.emplace(state, settings_file, house.registry(), clock, [this] { ++restarts; });
  }
  std::string make() {
    const auto path = keeper->make();
    EXPECT_TRUE(path) << path.error().message;
    std::string bytes = read(*path);
    fs::remove(*path);
    return bytes;
  }
  Result<boot::BackupFacts> send(const std::string& bytes, bool keep) {
    auto incoming = keeper->receive();
    EXPECT_TRUE(incoming) << incoming.error().message;
    for (std::size_t at = 0; at < bytes.size(); at += 1000) {
      const auto taken = (*incoming)->append(bytes_of(std::string_view(bytes).substr(at, 1000)));
      EXPECT_TRUE(taken);
    }
    return (*incoming)->finish(keep);
  }
  /// As the program starts: the server that ran is gone.
  void restart() {
    keeper.reset();
    house.stop();
    take_in_restore(state);
    house.restart();
    start();
  }
  [[nodiscard]] bool is_pending() const { return fs::exists(state / "bootferry.db.to-restore"); }
  [[nodiscard]] std::size_t drafts() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(state / "backup-drafts"), {}));
  }
};

TEST_F(BackupKeeperTest, WhatWasBackedUpIsBackAfterTheNextStart) {
  const std::string bytes = make();
  house.add_client(pc1, "other", {{"dos", boot::DriveMode::readonly}});
  std::ofstream(state / "server-key") << "another";
  std::ofstream(settings_file) << "# changed";
  fs::remove(state / "ipxe-scripts" / "wait.ipxe");

  const auto look = send(bytes, false);
  ASSERT_TRUE(look) << look.error().message;
  EXPECT_EQ(look->clients, 1u);
  EXPECT_EQ(look->images, 1u);
  EXPECT_THAT(look->files, testing::UnorderedElementsAre("server-key", "ipxe-scripts/wait.ipxe"));
  EXPECT_THAT(look->left_out, testing::ElementsAre("bootferry.toml"));
  EXPECT_FALSE(is_pending()) << "only looked at";
  EXPECT_EQ(drafts(), 0u);

  ASSERT_TRUE(send(bytes, true));
  EXPECT_TRUE(is_pending());
  EXPECT_EQ(house.registry().snapshot()->find_client(pc1)->name, "other") << "until the next start";
  restart();
  EXPECT_FALSE(is_pending());
  EXPECT_EQ(house.registry().snapshot()->find_client(pc1)->name, "pc1");
  EXPECT_EQ(read(state / "server-key"), "the key of then");
  EXPECT_EQ(read(state / "ipxe-scripts" / "wait.ipxe"), "#!ipxe\n");
  EXPECT_EQ(read(settings_file), "# changed") << "the settings are root's";
  restart();
  EXPECT_EQ(house.registry().snapshot()->find_client(pc1)->name, "pc1") << "taken in once";
}

TEST_F(BackupKeeperTest, WhatIsNoBackupIsRefusedAndNothingIsLaidReady) {
  std::string bytes = make();
  for (const std::string& bad : {std::string("hello"), std::string(), bytes.substr(0, bytes.size() / 2)}) {
    const auto refused = send(bad, true);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
    EXPECT_EQ(refused.error().message.find("backup-drafts"), std::string::npos) << refused.error().message;
  }
  EXPECT_FALSE(is_pending());
  EXPECT_EQ(drafts(), 0u);
}

/// The backup as somebody made it who may write to the page, and no more.
std::string forged(const fs::path& folder, const std::string& bytes, const std::string& sql) {
  std::ofstream(folder / "forged", std::ios::binary) << bytes;
  {
    db::Database database(folder / "forged");
    database.execute(sql);
    database.execute("PRAGMA journal_mode = DELETE");
  }
  return read(folder / "forged");
}

TEST_F(BackupKeeperTest, AMadeUpBackupReachesNothingThatOnlyRootGives) {
  const std::string bytes = make();
  const std::string disk = "UPDATE layers SET file = '/dev/vg0/secret'";
  const auto refused = send(forged(state, bytes, disk), true);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("bootferry restore FILE"));
  for (const char* bad :
       {"UPDATE kept_files SET name = '../../etc/cron.d/x' WHERE name = 'server-key'", "DROP TABLE leases"})
    EXPECT_FALSE(send(forged(state, bytes, bad), true)) << bad;
  EXPECT_FALSE(is_pending());
  // What root lent to this very server may come back.
  ASSERT_TRUE(house.registry().put_image({"win", "raw", "/dev/vg0/win", mib(1)}));
  EXPECT_TRUE(send(make(), false));
}

TEST_F(BackupKeeperTest, OneThatCannotBeTakenInIsPutAsideAndTheServerStarts) {
  std::ofstream(state / "bootferry.db.to-restore") << "not even a database";
  restart();
  EXPECT_FALSE(is_pending());
  EXPECT_TRUE(fs::exists(state / "bootferry.db.not-restored"));
  EXPECT_EQ(house.registry().snapshot()->find_client(pc1)->name, "pc1");
}

TEST_F(BackupKeeperTest, DraftsOfAServerThatWasKilledAreSwept) {
  std::ofstream(state / "backup-drafts" / "7") << "half";
  start();
  EXPECT_EQ(drafts(), 0u);
  keeper->restart();
  EXPECT_EQ(restarts, 1);
}

}  // namespace
}  // namespace bootferry::app
