// SPDX-License-Identifier: Apache-2.0
// A DOS disk, broken in one field after another: each lie is found, named and mended, and nothing else changes.
#include <gmock/gmock.h>

#include "images/check/dos_geometry.hpp"
#include "images/check/fat_check.hpp"
#include "unit/images_check/disk_fixture.hpp"

namespace bootferry::images::check {
namespace {

using test::complaints;
using test::DiskFile;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;

constexpr std::uint64_t volume = 63 * 512;

struct Lie {
  const char* what;
  std::uint64_t at;
  Bytes bytes;
  const char* code;
};

class BrokenDosDisk : public testing::TestWithParam<Lie> {};

TEST_P(BrokenDosDisk, IsFoundAndMendedToTheByte) {
  const Lie& lie = GetParam();
  const DiskFile disk(mib(100));
  disk.make("dos");
  const Bytes before = disk.peek(0, mib(1).value);
  disk.poke(lie.at, lie.bytes);
  const Report report = disk.check();
  const Finding* finding = test::find_finding(report, lie.code);
  ASSERT_TRUE(finding) << lie.what << ": " << testing::PrintToString(complaints(report));
  EXPECT_GE(finding->severity, Severity::warning);
  EXPECT_TRUE(finding->repairable());
  EXPECT_FALSE(finding->mend.empty());
  const Repaired repaired = disk.repair();
  EXPECT_THAT(complaints(repaired.report), ElementsAre("note dos-no-system"));
  EXPECT_EQ(repaired.mended.front().code, lie.code);
  EXPECT_TRUE(disk.peek(0, mib(1).value) == before) << lie.what << " was mended to something else";
  EXPECT_TRUE(disk.repair().mended.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Lies, BrokenDosDisk,
    testing::Values(Lie{"signature", 510, {0, 0}, "boot-signature"}, Lie{"flag", 446, {0x81}, "partition-flag"},
                    Lie{"no active", 446, {0x00}, "no-active-partition"}, Lie{"start head", 447, {0x09}, "chs-values"},
                    Lie{"end cylinder", 453, {0x11}, "chs-values"}, Lie{"type", 450, {0x0B}, "fat-partition-type"},
                    Lie{"small type", 450, {0x04}, "fat-partition-type"},
                    Lie{"heads", volume + 26, {255, 0}, "fat-geometry"},
                    Lie{"no heads", volume + 26, {0, 0}, "fat-geometry"},
                    Lie{"sectors", volume + 24, {17, 0}, "fat-geometry"},
                    Lie{"hidden", volume + 28, {0, 0, 0, 0}, "fat-hidden-sectors"},
                    Lie{"drive", volume + 36, {0}, "fat-drive-number"},
                    Lie{"volume signature", volume + 511, {0}, "fat-signature"}),
    [](const auto& one) {
      std::string name = one.param.what;
      std::ranges::replace(name, ' ', '_');
      return name;
    });

// A disk that was made for a geometry of 255 heads and came here with 16 in its table, or the other way round.
TEST(DosCheck, TheGeometryThatTheTableAgreesWithWins) {
  const DiskFile disk(mib(100));
  disk.make("dos");
  disk.poke(volume + 24, {32, 0});
  disk.poke(volume + 26, {64, 0});
  const Repaired repaired = disk.repair();
  EXPECT_EQ(decode_fat_boot(disk.peek(volume, 512))->geometry(), (Geometry{16, 63}));
  EXPECT_EQ(repaired.report.worst(), Severity::note);
}

TEST(DosCheck, ATableOfNoGeometryIsWrittenForThatOfTheVolume) {
  const DiskFile disk(mib(100));
  disk.make("dos");
  disk.poke(447, {0, 0, 0});
  disk.poke(451, {0, 0, 0});
  EXPECT_THAT(complaints(disk.check()), IsSupersetOf({"error chs-values", "error chs-geometry"}));
  EXPECT_EQ(disk.repair().report.worst(), Severity::note);
  EXPECT_EQ(geometry_of_mbr(decode_mbr(disk.peek(0, 512))), (Geometry{16, 63}));
}

// What Linux users do: sfdisk aligns to 1 MiB, so that no partition ends with a cylinder, and mkfs.fat knows of no disk
// around its partition.
TEST(DosCheck, ADiskOfSfdiskAndMkfsIsMadeBootable) {
  const DiskFile disk(mib(300));
  disk.run("echo 'start=2048,type=6,bootable' | sfdisk -q disk.img && mkfs.fat -F 16 --offset 2048 disk.img 306176");
  const auto found = complaints(disk.check());
  EXPECT_THAT(found, Contains("error chs-geometry"));
  EXPECT_THAT(found, Contains("warning no-boot-code"));
  const Repaired repaired = disk.repair();
  EXPECT_THAT(complaints(repaired.report), ElementsAre("warning no-boot-code", "note dos-no-system"));
  const auto boot = decode_fat_boot(disk.peek(1 << 20, 512));
  ASSERT_TRUE(boot);
  EXPECT_EQ(boot->hidden, 2048u);
  EXPECT_EQ(boot->geometry(), geometry_of_mbr(decode_mbr(disk.peek(0, 512))));
  disk.run("dd if=disk.img of=part.img bs=1M skip=1 conv=sparse status=none && fsck.fat -n part.img");
  disk.run("sfdisk --verify disk.img");
}

TEST(DosCheck, AFat32BootSectorComesBackFromItsCopy) {
  const DiskFile disk(mib(2100));
  disk.make("dos");
  const Bytes good = disk.peek(volume, 512);
  disk.poke(volume, Bytes(512, 0));
  const Report report = disk.check();
  ASSERT_TRUE(test::find_finding(report, "fat-boot-sector"));
  EXPECT_TRUE(test::find_finding(report, "fat-boot-sector")->repairable());
  EXPECT_EQ(disk.repair().report.worst(), Severity::note);
  EXPECT_EQ(disk.peek(volume, 512), good);
  disk.poke(volume + 6 * 512 + 26, {1});
  EXPECT_THAT(complaints(disk.check()), Contains("warning fat-backup-boot"));
  EXPECT_EQ(disk.repair().report.worst(), Severity::note);
  EXPECT_EQ(disk.peek(volume + 6 * 512, 512), good);
}

TEST(DosCheck, WhatCannotBeMendedSaysSoAndIsLeftAlone) {
  const DiskFile disk(mib(100));
  disk.make("dos");
  disk.poke(volume + 13, {3});
  Report report = disk.check();
  ASSERT_TRUE(test::find_finding(report, "fat-boot-sector"));
  EXPECT_THAT(test::find_finding(report, "fat-boot-sector")->sentence, HasSubstr("clusters of 3 sectors"));
  EXPECT_FALSE(test::find_finding(report, "fat-boot-sector")->repairable());
  const Bytes before = disk.peek(0, mib(1).value);
  EXPECT_TRUE(disk.repair().mended.empty());
  EXPECT_TRUE(disk.peek(0, mib(1).value) == before);
  std::filesystem::resize_file(disk.path(), mib(50).value);
  report = disk.check();
  EXPECT_THAT(complaints(report), Contains("error partition-beyond-end"));
}

TEST(DosCheck, MemoryManagersAreNamedWithTheirLine) {
  const DiskFile disk(mib(30));
  disk.make("dos");
  disk.write("config.sys",
             "DEVICE=C:\\DOS\\HIMEM.SYS\r\nREM DEVICE=C:\\DOS\\EMM386.EXE\r\ndevicehigh=c:\\dos\\emm386.exe noems\r\n");
  disk.write("autoexec.bat", "@ECHO OFF\r\nLH C:\\QEMM\\QEMM386.SYS\r\n");
  disk.write("io.sys", "x");
  disk.run("mcopy -i disk.img@@32256 io.sys config.sys autoexec.bat ::");
  const Report report = disk.check();
  EXPECT_THAT(complaints(report), ElementsAre("warning dos-memory-manager", "warning dos-memory-manager"));
  const auto& first = *test::find_finding(report, "dos-memory-manager");
  EXPECT_THAT(
      report.findings[report.findings.size() - 1].sentence + report.findings[report.findings.size() - 2].sentence,
      testing::AllOf(HasSubstr("CONFIG.SYS line 3 loads EMM386.EXE"), HasSubstr("AUTOEXEC.BAT line 2")));
  EXPECT_FALSE(first.repairable());
  EXPECT_THAT(first.mend, HasSubstr("HIMEM.SYS"));
}

TEST(DosCheck, ADiskFullOfFilesIsReadInFat12AndFat32Too) {
  for (const ByteCount size : {mib(10), mib(2100)}) {
    const DiskFile disk(size);
    disk.make("dos");
    // Files before it, so that the root folder of FAT32 is a chain of clusters.
    disk.run("for i in $(seq 140); do : > a-file-with-a-long-name-$i; done; mcopy -i disk.img@@32256 a-file-with* ::");
    disk.write("config.sys", std::string(9000, ' ') + "\nDEVICE=JEMMEX.EXE\n");
    disk.run("mcopy -i disk.img@@32256 config.sys ::");
    EXPECT_THAT(complaints(disk.check()), Contains("warning dos-memory-manager")) << size.value;
  }
}

TEST(DosCheck, AnImageThatIsAFileSystemAlone) {
  const DiskFile disk(mib(40));
  disk.run("mkfs.fat disk.img");
  const Report report = disk.check();
  EXPECT_EQ(report.kind, "volume");
  EXPECT_THAT(complaints(report), ElementsAre("note no-partition-table"));
}

TEST(DiskWithoutATable, IsNeverMended) {
  const DiskFile disk(mib(8));
  Bytes sector(512, 0);
  for (std::size_t i = 0; i < 510; ++i) sector[i] = static_cast<std::uint8_t>(i * 37 + 11);  // an encrypted volume
  disk.poke(0, sector);
  const Report report = disk.check();
  EXPECT_EQ(report.kind, "unknown");
  EXPECT_TRUE(disk.repair().mended.empty());
  EXPECT_TRUE(disk.peek(0, 512) == sector);
}

}  // namespace
}  // namespace bootferry::images::check
