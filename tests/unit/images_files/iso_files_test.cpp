// SPDX-License-Identifier: Apache-2.0
// Files on CDs that xorriso has made with each kind of names, and lies about them.
#include <gmock/gmock.h>

#include "images/files/browse.hpp"
#include "unit/images_check/disk_fixture.hpp"

namespace bootferry::images::files {
namespace {

using test::DiskFile;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint32_t block = 2048;

void make_cd(const DiskFile& disk, const std::string& options) {
  disk.run(
      "export LC_ALL=C.UTF-8; mkdir -p 'tree/A Folder/deeper' tree/many && head -c 5000 /dev/urandom > 'tree/A "
      "Folder/deeper/data.bin' && "
      "echo hello > 'tree/Read me, größer.txt' && for i in $(seq 100 299); do echo $i > tree/many/file-$i; done && "
      "touch -d '2026-03-01 09:30:00' 'tree/Read me, größer.txt' && rm disk.img && xorriso -as mkisofs -quiet -o "
      "disk.img " +
      options + " tree");
}

std::vector<std::string> names_in(const DiskFile& disk, std::string_view path) {
  const auto folder = list_folder(*disk.open(block), path);
  if (!folder) return {folder.error().message};
  std::vector<std::string> names;
  for (const Node& node : folder->nodes) names.push_back(node.name + (node.folder ? "/" : ""));
  return names;
}

void expect_data(const DiskFile& disk, std::string_view path) {
  std::ifstream file(disk.folder() / "tree/A Folder/deeper/data.bin", std::ios::binary);
  const std::string data{std::istreambuf_iterator<char>(file), {}};
  const auto content = read_file(*disk.open(block), path);
  ASSERT_TRUE(content) << content.error().message;
  EXPECT_TRUE(std::string(text_of(content->bytes)) == data);
}

TEST(IsoFiles, OfJolietHaveTheirNamesSizesAndDates) {
  const DiskFile disk(mib(1));
  make_cd(disk, "-J");
  EXPECT_THAT(names_in(disk, "/"), ElementsAre("A Folder/", "many/", "Read me, größer.txt"));
  const auto root = list_folder(*disk.open(block), "/");
  ASSERT_TRUE(root);
  EXPECT_EQ(root->file_system, "ISO 9660 (Joliet)");
  EXPECT_EQ(root->nodes[2].size.value, 6u);
  EXPECT_THAT(root->nodes[2].modified, HasSubstr("2026-0"));
  EXPECT_EQ(names_in(disk, "/many").size(), 200u) << "records of several sectors";
  expect_data(disk, "/A Folder/deeper/data.bin");
}

TEST(IsoFiles, OfRockRidgeHaveTheirNames) {
  const DiskFile disk(mib(1));
  make_cd(disk, "-R");
  EXPECT_THAT(names_in(disk, "/"), ElementsAre("A Folder/", "many/", "Read me, größer.txt"));
  EXPECT_EQ(list_folder(*disk.open(block), "/")->file_system, "ISO 9660 (Rock Ridge)");
  expect_data(disk, "/A Folder/deeper/data.bin");
}

TEST(IsoFiles, ALongRockRidgeNameGoesOnElsewhere) {
  DiskFile disk(mib(1));
  disk.run(
      "mkdir tree && : > tree/$(printf 'x%.0s' $(seq 250)) && rm disk.img && xorriso -as mkisofs -quiet -R -o disk.img "
      "tree");
  EXPECT_THAT(names_in(disk, "/"), ElementsAre(std::string(250, 'x')));
}

TEST(IsoFiles, WithoutEitherAreWithoutTheirVersion) {
  const DiskFile disk(mib(1));
  make_cd(disk, "-iso-level 1 --norock");
  EXPECT_THAT(names_in(disk, "/A_FOLDER/DEEPER"), ElementsAre("DATA.BIN"));
  expect_data(disk, "/a_folder/deeper/data.bin");
}

TEST(IsoFiles, ADiscInSmallBlocksIsTheSame) {
  const DiskFile disk(mib(1));
  make_cd(disk, "-J");
  ASSERT_TRUE(list_folder(*disk.open(512), "/many"));
  EXPECT_EQ(list_folder(*disk.open(512), "/many")->nodes.size(), 200u);
}

/// Where the root's record of the primary descriptor lies.
constexpr std::uint64_t root_record = 16 * 2048 + 156;

TEST(IsoFiles, ARootOutOfTheDiscIsAnErrorAndNothingElse) {
  const DiskFile disk(mib(1));
  make_cd(disk, "-iso-level 1 --norock");
  disk.poke(root_record + 2, {0xFF, 0xFF, 0xFF, 0x7F});
  const auto folder = list_folder(*disk.open(block), "/");
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().kind, ErrorKind::conflict);
}

TEST(IsoFiles, AFolderOfAnImpossibleSizeIsRefused) {
  const DiskFile disk(mib(1));
  make_cd(disk, "-iso-level 1 --norock");
  disk.poke(root_record + 10, {0, 0, 0, 0x7F});
  EXPECT_THAT(names_in(disk, "/"), ElementsAre(HasSubstr("impossible size")));
}

TEST(IsoFiles, AFileThatIsItsOwnFolderEndsWithThePath) {
  const DiskFile disk(mib(1));
  make_cd(disk, "-iso-level 1 --norock");
  const Bytes place = disk.peek(root_record + 2, 8);
  const std::uint64_t root = (place[0] | place[1] << 8) * 2048ull;
  // The first record behind "." and "..", A_FOLDER: it is the root again.
  disk.poke(root + 34 + 34 + 2, place);
  disk.poke(root + 34 + 34 + 10, {0, 8, 0, 0});
  std::string path;
  for (int i = 0; i < 60; ++i) path += "/A_FOLDER";
  EXPECT_EQ(names_in(disk, path).size(), 3u);
}

}  // namespace
}  // namespace bootferry::images::files
