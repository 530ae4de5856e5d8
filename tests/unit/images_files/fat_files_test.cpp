// SPDX-License-Identifier: Apache-2.0
// Files in FAT images that mtools and mkfs.fat have written, and lies about them.
#include <gmock/gmock.h>

#include "images/check/fat_folder.hpp"
#include "images/check/utf16.hpp"
#include "images/files/browse.hpp"
#include "unit/images_check/disk_fixture.hpp"

namespace bootferry::images::files {
namespace {

using test::DiskFile;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> names_of(const Result<Folder>& folder) {
  if (!folder) return {folder.error().message};
  std::vector<std::string> names;
  for (const Node& node : folder->nodes) names.push_back(node.name + (node.folder ? "/" : ""));
  return names;
}

std::string text_in(const DiskFile& disk, std::string_view path) {
  const auto content = read_file(*disk.open(), path);
  return content ? std::string(text_of(content->bytes)) : content.error().message;
}

void make_floppy(const DiskFile& disk) {
  disk.run(
      "export LC_ALL=C.UTF-8; mformat -i disk.img -f 1440 :: && mmd -i disk.img ::DOS '::Programs and Files' && echo "
      "FILES=30 > config.sys && "
      "touch -d '2026-03-01 09:30:00 UTC' config.sys && mcopy -m -i disk.img config.sys ::CONFIG.SYS && "
      "head -c 70000 /dev/urandom > random.bin && mcopy -i disk.img random.bin '::Programs and Files/A rather long "
      "name for FAT, with ümlauts.bin' && mcopy -i disk.img config.sys ::DOS/readme.txt");
}

TEST(FatFiles, OfAFloppyHaveTheirNamesSizesAndDates) {
  const DiskFile disk(kib(1440));
  make_floppy(disk);
  const auto root = list_folder(*disk.open(), "/");
  EXPECT_THAT(names_of(root), ElementsAre("DOS/", "Programs and Files/", "CONFIG.SYS"));
  ASSERT_TRUE(root);
  EXPECT_EQ(root->file_system, "FAT12");
  EXPECT_FALSE(root->truncated);
  EXPECT_EQ(root->nodes[2].size.value, 9u);
  EXPECT_THAT(root->nodes[2].modified, HasSubstr("2026-03-01T"));
  EXPECT_THAT(names_of(list_folder(*disk.open(), "/Programs and Files/")),
              ElementsAre("A rather long name for FAT, with ümlauts.bin"));
  EXPECT_THAT(names_of(list_folder(*disk.open(), "DOS")), ElementsAre("readme.txt"));
}

TEST(FatFiles, AreReadToTheByteAndFoundInAnyLetters) {
  const DiskFile disk(kib(1440));
  make_floppy(disk);
  EXPECT_EQ(text_in(disk, "/config.sys"), "FILES=30\n");
  std::ifstream file(disk.folder() / "random.bin", std::ios::binary);
  const std::string random{std::istreambuf_iterator<char>(file), {}};
  EXPECT_TRUE(text_in(disk, "/programs and files/A rather long name for FAT, with ümlauts.bin") == random);
}

TEST(FatFiles, APathThatLeadsNowhereSaysSo) {
  const DiskFile disk(kib(1440));
  make_floppy(disk);
  EXPECT_EQ(list_folder(*disk.open(), "/WINDOWS").error().kind, ErrorKind::not_found);
  EXPECT_EQ(list_folder(*disk.open(), "/CONFIG.SYS/x").error().kind, ErrorKind::not_found);
  EXPECT_EQ(list_folder(*disk.open(), "/../DOS").error().kind, ErrorKind::not_found);
  EXPECT_EQ(list_folder(*disk.open(), "/CONFIG.SYS").error().kind, ErrorKind::conflict);
  EXPECT_EQ(read_file(*disk.open(), "/DOS").error().kind, ErrorKind::conflict);
  EXPECT_EQ(read_file(*disk.open(), "/").error().kind, ErrorKind::conflict);
  std::string deep;
  for (int i = 0; i < 65; ++i) deep += "/DOS";
  EXPECT_EQ(list_folder(*disk.open(), deep).error().kind, ErrorKind::invalid);
}

TEST(FatFiles, OfPartitionsBeginWithTheirNumber) {
  const DiskFile disk(mib(120));
  disk.run(
      "printf 'size=20M,type=6\\nsize=40M,type=c\\ntype=5\\nsize=20M,type=6\\nsize=8M,type=83\\n' | sfdisk -q disk.img "
      "&& "
      "for n in 1 2 3 5 6; do eval start$n=$(sfdisk -d disk.img | sed -n \"s/^disk.img$n : start= "
      "*\\([0-9]*\\).*/\\1/p\"); "
      "done; mkfs.fat -F 16 --offset $start1 disk.img 20480 && mkfs.fat -F 32 -s 1 --offset $start2 disk.img 40960 && "
      "mkfs.fat -F 16 --offset $start5 disk.img 20480 && echo one > one && echo two > two && echo five > five && "
      "mcopy -i disk.img@@$((start1*512)) one :: && mcopy -i disk.img@@$((start5*512)) five :: && "
      "mmd -i disk.img@@$((start2*512)) ::deep && mcopy -i disk.img@@$((start2*512)) two ::deep");
  const auto table = list_folder(*disk.open(), "/");
  EXPECT_THAT(names_of(table), ElementsAre("1/", "2/", "5/", "6/"));
  ASSERT_TRUE(table);
  EXPECT_EQ(table->file_system, "MBR");
  EXPECT_EQ(table->nodes[0].size, mib(20));
  EXPECT_EQ(text_in(disk, "/1/one"), "one\n");
  EXPECT_EQ(text_in(disk, "/2/deep/two"), "two\n");
  EXPECT_EQ(text_in(disk, "/5/five"), "five\n");
  EXPECT_EQ(list_folder(*disk.open(), "/2")->file_system, "FAT32");
  EXPECT_EQ(list_folder(*disk.open(), "/6").error().kind, ErrorKind::conflict);
  EXPECT_THAT(list_folder(*disk.open(), "/7").error().message, HasSubstr("no partition 7"));
}

TEST(FatFiles, OfAGptPartitionToo) {
  const DiskFile disk(mib(40));
  disk.run(
      "printf 'label: gpt\\nstart=2048,size=16M\\n' | sfdisk -q disk.img && mkfs.fat -F 16 --offset 2048 disk.img "
      "16384 && "
      "echo efi > efi && mcopy -i disk.img@@1M efi ::");
  EXPECT_EQ(list_folder(*disk.open(), "/")->file_system, "GPT");
  EXPECT_EQ(text_in(disk, "/1/efi"), "efi\n");
}

TEST(FatFiles, NothingToLookIntoIsSaid) {
  const DiskFile disk(mib(1));
  EXPECT_EQ(list_folder(*disk.open(), "/").error().kind, ErrorKind::conflict);
  EXPECT_THAT(list_folder(*disk.open(), "/").error().message, HasSubstr("FAT12"));
}

// Of a floppy of 1440 KiB: FATs of 9 sectors from 1 and 10, the root from 19, cluster 2 at 33.
constexpr std::uint64_t fat = 512, root_folder = 19 * 512;

TEST(FatFiles, ARingOfClustersEnds) {
  const DiskFile disk(kib(1440));
  make_floppy(disk);
  // DOS is cluster 2: its chain leads back to itself.
  disk.poke(fat + 3, {0x02, static_cast<std::uint8_t>(disk.peek(fat + 4, 1)[0] & 0xF0)});
  const auto folder = list_folder(*disk.open(), "/DOS");
  // Its first cluster ends the folder with a zero entry, but a ring is never taken for a folder.
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().kind, ErrorKind::conflict);
  EXPECT_THAT(folder.error().message, HasSubstr("never ends"));
}

TEST(FatFiles, AFileWhoseClustersEndTooSoonIsDamaged) {
  const DiskFile disk(kib(1440));
  make_floppy(disk);
  for (std::uint64_t at = root_folder; at < root_folder + 14 * 512; at += 32) {
    if (disk.peek(at, 11) == Bytes{'C', 'O', 'N', 'F', 'I', 'G', ' ', ' ', 'S', 'Y', 'S'})
      disk.poke(at + 28, {0xFF, 0xFF, 0, 0});
  }
  EXPECT_THAT(text_in(disk, "/CONFIG.SYS"), HasSubstr("clusters end after 512"));
}

TEST(FatFiles, AHugeFileIsRefusedAtOnce) {
  const DiskFile disk(kib(1440));
  make_floppy(disk);
  for (std::uint64_t at = root_folder; at < root_folder + 14 * 512; at += 32) {
    if (disk.peek(at, 11) == Bytes{'C', 'O', 'N', 'F', 'I', 'G', ' ', ' ', 'S', 'Y', 'S'})
      disk.poke(at + 28, {0, 0, 0, 0xFF});
  }
  EXPECT_THAT(text_in(disk, "/CONFIG.SYS"), HasSubstr("too big"));
}

TEST(FatFiles, ALongNameThatFitsNoEntryIsLeftOut) {
  Bytes folder(5 * 32, 0);
  const auto put = [&](std::size_t entry, std::string_view bytes) {
    std::ranges::copy(bytes_of(bytes), folder.begin() + static_cast<std::ptrdiff_t>(entry * 32));
  };
  put(0, "\x41L");  // the last and only piece, of another short name's checksum
  folder[11] = 0x0F;
  folder[13] = 0x99;
  put(1,
      "\x8D"
      "CHO    TXT");  // code page 437: "ì"
  put(2, "README  TXT");
  put(3,
      "GR\x99\xE1"
      "E   BIN");
  folder[2 * 32 + 12] = folder[3 * 32 + 12] = 0x18;  // both halves in small letters
  const auto files = check::decode_fat_folder(folder, 16, 10);
  ASSERT_EQ(files.size(), 3u);
  EXPECT_EQ(files[0].long_name, "ìCHO.TXT");
  EXPECT_EQ(files[1].name, "README.TXT");
  EXPECT_EQ(files[1].long_name, "readme.txt");
  EXPECT_EQ(files[2].long_name, "größe.bin");
}

TEST(FatFiles, NamesOfAnyCharactersAreUtf8) {
  EXPECT_EQ(check::utf8_of(std::u16string_view(u"aß€😀")), "aß€😀");
  constexpr char16_t halves[] = {0xDE00, u'a', 0xD83D};
  EXPECT_EQ(check::utf8_of(halves),
            "\xEF\xBF\xBD"
            "a"
            "\xEF\xBF\xBD");
}

TEST(FatFiles, NamesThatWouldMeanAPathDoNot) {
  EXPECT_EQ(safe_name("a/b\nc"),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD"
            "c");
  EXPECT_EQ(safe_name(".."), "\xEF\xBF\xBD");
  EXPECT_EQ(safe_name(""), "\xEF\xBF\xBD");
  EXPECT_EQ(safe_name("\x1b[2J\xC2\x9B"), "\xEF\xBF\xBD[2J\xEF\xBF\xBD");
  EXPECT_EQ(safe_name("gr\xF6\xDF"
                      "e"),
            "gr\xEF\xBF\xBD\xEF\xBF\xBD"
            "e")
      << "Latin 1";
  EXPECT_EQ(safe_name("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD") << "half a pair";
  EXPECT_EQ(safe_name("größe €😀"), "größe €😀");
  EXPECT_EQ(render_local_time(2026, 2, 30, 0, 0, 0), "");
  EXPECT_EQ(render_local_time(2026, 2, 28, 23, 59, 58), "2026-02-28T23:59:58");
}

}  // namespace
}  // namespace bootferry::images::files
