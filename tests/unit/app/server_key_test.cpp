// SPDX-License-Identifier: Apache-2.0
#include "app/server_key.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "support/temporary_folder.hpp"

namespace bootferry::app {
namespace {

TEST(ServerKey, IsMadeOnceForRootAlone) {
  test::TemporaryFolder folder;
  SeededRandom random(1);
  const auto made = load_or_make_server_key(folder.path(), random);
  EXPECT_NE(made, boot::BootSecrets::Key{});
  EXPECT_EQ(load_or_make_server_key(folder.path(), random), made);
  struct stat file{};
  ASSERT_EQ(stat((folder.path() / "server-key").c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600u);
  EXPECT_EQ(file.st_size, 32);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "server-key.new"));
}

TEST(ServerKey, OneThatWasCutShortIsNotUsed) {
  test::TemporaryFolder folder;
  std::ofstream(folder.path() / "server-key") << "short";
  SeededRandom random(1);
  EXPECT_THROW((void)load_or_make_server_key(folder.path(), random), std::runtime_error);
}

}  // namespace
}  // namespace bootferry::app
