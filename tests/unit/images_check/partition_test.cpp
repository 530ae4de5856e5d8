// SPDX-License-Identifier: Apache-2.0
// Partition tables by sfdisk and sgdisk, and lies in them.
#include <gmock/gmock.h>

#include "unit/images_check/disk_fixture.hpp"

namespace bootferry::images::check {
namespace {

using test::complaints;
using test::DiskFile;
using testing::Contains;
using testing::ElementsAre;

TEST(PartitionCheck, BlankAndUnknownDisks) {
  const DiskFile disk(mib(4));
  EXPECT_EQ(disk.check().kind, "blank");
  EXPECT_TRUE(disk.repair().mended.empty());
  disk.poke(0, {1, 2, 3});
  EXPECT_EQ(disk.check().kind, "unknown");
  EXPECT_TRUE(disk.repair().mended.empty()) << "a database on a whole disk gets no signature";
  const DiskFile tiny({512});
  EXPECT_EQ(tiny.check().kind, "blank");
}

TEST(PartitionCheck, ALinuxDiskWithLogicalPartitions) {
  const DiskFile disk(mib(100));
  disk.run("printf 'size=20M,type=83,bootable\\ntype=5\\nsize=10M,type=83\\nsize=10M,type=82\\n' | sfdisk -q disk.img");
  EXPECT_EQ(disk.check().kind, "mbr");
  EXPECT_THAT(complaints(disk.check()), ElementsAre("warning no-boot-code"));
  // The second link leads back to the first, then nowhere.
  const std::uint64_t extended = 43008 * 512;
  ASSERT_EQ(disk.peek(extended + 510, 2), (Bytes{0x55, 0xAA}));
  const Bytes good = disk.peek(extended, 512);
  disk.poke(extended + 446 + 16 + 8, {0, 0, 0, 0});
  EXPECT_THAT(complaints(disk.check()), Contains("error logical-chain-broken"));
  disk.poke(extended + 446 + 16 + 8, {0xFF, 0xFF, 0xFF, 0x7F});
  EXPECT_THAT(complaints(disk.check()), Contains("error logical-chain-broken"));
  disk.poke(extended, good);
  disk.poke(extended + 510, {0, 0});
  EXPECT_THAT(complaints(disk.check()), Contains("error logical-chain-broken"));
}

TEST(PartitionCheck, OverlapsAndEndsAreFound) {
  const DiskFile disk(mib(100));
  disk.run("printf 'size=20M,type=83,bootable\\nsize=20M,type=83\\n' | sfdisk -q disk.img");
  disk.poke(446 + 16 + 8, {0x00, 0x10});
  EXPECT_THAT(complaints(disk.check()), Contains("error partition-overlap"));
  disk.poke(446 + 16 + 12, {0xFF, 0xFF, 0xFF, 0xFF});
  EXPECT_THAT(complaints(disk.check()), Contains("error partition-beyond-end"));
  disk.poke(446 + 16 + 12, {0, 0, 0, 0});
  EXPECT_THAT(complaints(disk.check()), Contains("error partition-empty"));
}

TEST(PartitionCheck, ManyActivePartitionsBecomeOne) {
  const DiskFile disk(mib(100));
  disk.run("printf 'size=20M,type=83,bootable\\nsize=20M,type=83\\n' | sfdisk -q disk.img");
  disk.poke(446 + 16, {0x80});
  EXPECT_THAT(complaints(disk.check()), Contains("error many-active-partitions"));
  EXPECT_THAT(complaints(disk.repair().report), ElementsAre("warning no-boot-code"));
  EXPECT_EQ(disk.peek(446, 1)[0], 0x80);
  EXPECT_EQ(disk.peek(446 + 16, 1)[0], 0x00);
}

class GptCheck : public testing::Test {
 protected:
  const DiskFile disk{mib(64)};
  GptCheck() { disk.run("printf 'label: gpt\\nsize=20M\\nsize=20M\\n' | sfdisk -q disk.img"); }
};

TEST_F(GptCheck, ARightOneHasNothingToSay) {
  EXPECT_EQ(disk.check().kind, "gpt");
  EXPECT_THAT(complaints(disk.check()), ElementsAre());
}

// Every bit of both headers counts, and of the entries in use.
TEST_F(GptCheck, EveryByteIsUnderAChecksum) {
  const auto flipped = [&](std::uint64_t at) {
    const Bytes good = disk.peek(at, 1);
    disk.poke(at, {static_cast<std::uint8_t>(good[0] ^ 0x10)});
    const auto found = complaints(disk.check());
    disk.poke(at, good);
    return found;
  };
  for (std::uint64_t at = 512; at < 512 + 92; at += 3) EXPECT_THAT(flipped(at), Contains("error gpt-header")) << at;
  for (std::uint64_t at = 1024; at < 1024 + 256; at += 7) EXPECT_THAT(flipped(at), Contains("error gpt-header")) << at;
  for (std::uint64_t at = mib(64).value - 512; at < mib(64).value - 512 + 92; at += 3)
    EXPECT_THAT(flipped(at), Contains("warning gpt-backup")) << at;
  EXPECT_THAT(complaints(disk.check()), ElementsAre());
}

TEST_F(GptCheck, AGrownImageIsToldAndSoIsACutOne) {
  std::filesystem::resize_file(disk.path(), mib(80).value);
  EXPECT_THAT(complaints(disk.check()), ElementsAre("note gpt-backup-place"));
  std::filesystem::resize_file(disk.path(), mib(30).value);
  EXPECT_THAT(complaints(disk.check()), testing::IsSupersetOf({"warning gpt-backup", "error partition-beyond-end"}));
  std::filesystem::resize_file(disk.path(), 1024);
  EXPECT_THAT(complaints(disk.check()), ElementsAre("error gpt-header"));
}

}  // namespace
}  // namespace bootferry::images::check
