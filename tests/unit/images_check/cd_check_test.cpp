// SPDX-License-Identifier: Apache-2.0
// CDs made by xorriso, as people find them, and broken ones.
#include <gmock/gmock.h>

#include <array>

#include "images/check/el_torito.hpp"
#include "images/slice_device.hpp"
#include "unit/images_check/disk_fixture.hpp"

namespace bootferry::images::check {
namespace {

using test::complaints;
using test::DiskFile;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

void make_cd(const DiskFile& disk, const std::string& options) {
  disk.run(
      "mkdir -p tree && head -c 4096 /dev/zero > tree/boot.bin && head -c 1474560 /dev/zero > tree/floppy.img && "
      "rm -f disk.img && xorriso -as mkisofs -quiet -o disk.img " +
      options + " tree");
}

std::uint64_t catalog_of(const DiskFile& disk) {
  const Bytes descriptor = disk.peek(17 * 2048, 2048);
  EXPECT_EQ(descriptor[7], 'E');
  return (descriptor[0x47] | descriptor[0x48] << 8) * 2048ull;
}

TEST(CdCheck, BiosAndUefiWithoutEmulation) {
  const DiskFile disk(mib(1));
  make_cd(disk, "-b boot.bin -no-emul-boot -boot-load-size 4 -eltorito-alt-boot -e floppy.img -no-emul-boot");
  const Report report = disk.check(2048);
  EXPECT_EQ(report.kind, "cd");
  EXPECT_THAT(complaints(report), ElementsAre());
  std::string all;
  for (const Finding& finding : report.findings) all += finding.sentence;
  EXPECT_THAT(all, HasSubstr("under BIOS (no emulation"));
  EXPECT_THAT(all, HasSubstr("under UEFI"));
}

TEST(CdCheck, OneFirmwareOnlyIsWorthANote) {
  const DiskFile disk(mib(1));
  make_cd(disk, "-b boot.bin -no-emul-boot");
  EXPECT_THAT(complaints(disk.check(2048)), ElementsAre("note cd-no-uefi"));
  make_cd(disk, "-e floppy.img -no-emul-boot");
  EXPECT_THAT(complaints(disk.check(2048)), ElementsAre("note cd-no-bios"));
}

TEST(CdCheck, AFloppyInADiscDoesNotStartUnderIpxe) {
  const DiskFile disk(mib(1));
  make_cd(disk, "-b floppy.img");
  const Report report = disk.check(2048);
  EXPECT_THAT(complaints(report), ElementsAre("warning cd-emulation", "note cd-no-uefi"));
  EXPECT_THAT(test::find_finding(report, "cd-emulation")->sentence, HasSubstr("1.44 MB"));
}

std::optional<EmulatedFloppy> floppy_of(const DiskFile& disk) {
  const auto device = disk.open(2048);
  DiskReader reader(*device);
  const auto found = find_emulated_floppy(reader);
  EXPECT_TRUE(found) << found.error().message;
  return found.value_or(std::nullopt);
}

TEST(EmulatedFloppy, IsWhereTheCatalogSaysInEachSizeThatABiosKnows) {
  constexpr std::array<std::uint64_t, 4> sizes{0, 1'228'800, 1'474'560, 2'949'120};
  const DiskFile disk(mib(1));
  make_cd(disk, "-b floppy.img");
  const std::uint64_t entry = catalog_of(disk) + 32;
  const Bytes at = disk.peek(entry + 8, 4);
  const ByteCount place{(at[0] | at[1] << 8 | at[2] << 16) * 2048ull};
  disk.poke(place.value, {'M', 'S', 'D', 'O', 'S'});
  for (std::uint8_t media = 1; media <= 3; ++media) {
    disk.poke(entry + 1, {media});
    const auto floppy = floppy_of(disk);
    ASSERT_TRUE(floppy) << int{media};
    EXPECT_EQ(floppy->offset, place);
    EXPECT_EQ(floppy->size, ByteCount{sizes[media]});
    SliceDevice slice(disk.open(2048), floppy->offset, floppy->size);
    Bytes boot_sector(512);
    ASSERT_TRUE(slice.read({0}, boot_sector));
    EXPECT_EQ(text_of(ByteView(boot_sector).first(5)), "MSDOS");
  }
}

TEST(EmulatedFloppy, IsNotWhereTheDiscBootsInAnotherWayOrIsBroken) {
  const DiskFile disk(mib(1));
  make_cd(disk, "");
  EXPECT_FALSE(floppy_of(disk)) << "a disc of data";
  make_cd(disk, "-b boot.bin -no-emul-boot");
  EXPECT_FALSE(floppy_of(disk)) << "no emulation";
  make_cd(disk, "-e floppy.img -no-emul-boot");
  EXPECT_FALSE(floppy_of(disk)) << "UEFI's";
  make_cd(disk, "-b floppy.img");
  ASSERT_TRUE(floppy_of(disk));
  const std::uint64_t catalog = catalog_of(disk);
  disk.poke(catalog + 33, {4});
  EXPECT_FALSE(floppy_of(disk)) << "a hard disk";
  disk.poke(catalog + 33, {2});
  disk.poke(catalog + 32, {0x00});
  EXPECT_FALSE(floppy_of(disk)) << "marked as not bootable";
  disk.poke(catalog + 32, {0x88});
  disk.poke(catalog + 40, {0xFF, 0xFF, 0xFF, 0xFF});
  EXPECT_FALSE(floppy_of(disk)) << "behind the disc's end";
  disk.poke(17 * 2048 + 0x47, {0xFF, 0xFF, 0xFF, 0xFF});
  EXPECT_FALSE(floppy_of(disk)) << "so is the catalog";
}

TEST(CdCheck, DataDiscsAndBrokenCatalogs) {
  const DiskFile disk(mib(1));
  make_cd(disk, "");
  EXPECT_THAT(complaints(disk.check(2048)), ElementsAre("note cd-not-bootable"));
  make_cd(disk, "-b boot.bin -no-emul-boot");
  const std::uint64_t catalog = catalog_of(disk);
  disk.poke(catalog + 4, {0x77});
  EXPECT_THAT(complaints(disk.check(2048)), ElementsAre("error cd-catalog"));
  disk.poke(catalog + 4, {0x00});
  EXPECT_THAT(complaints(disk.check(2048)), ElementsAre("note cd-no-uefi"));
  disk.poke(catalog + 32, {0x00});
  EXPECT_THAT(complaints(disk.check(2048)), ElementsAre("warning cd-not-bootable"));
  disk.poke(catalog + 32, {0x88});
  disk.poke(catalog + 32 + 8, {0xFF, 0xFF, 0xFF, 0xFF});
  EXPECT_THAT(complaints(disk.check(2048)), Contains("error cd-boot-image"));
  disk.poke(17 * 2048 + 0x47, {0xFF, 0xFF, 0xFF, 0xFF});
  EXPECT_THAT(complaints(disk.check(2048)), ElementsAre("error cd-catalog"));
}

}  // namespace
}  // namespace bootferry::images::check
