// SPDX-License-Identifier: Apache-2.0
// The disks of the presets, read by mtools, dosfstools and sfdisk, and by our own check.
#include <gmock/gmock.h>

#include "images/check/dos_geometry.hpp"
#include "images/check/fat.hpp"
#include "images/presets/boot_code.hpp"
#include "unit/images_check/disk_fixture.hpp"

namespace bootferry::images::presets {
namespace {

using test::complaints;
using test::DiskFile;
using testing::ElementsAre;
using testing::HasSubstr;

struct DosCase {
  ByteCount size;
  unsigned bits, heads, type;
};

class DosPreset : public testing::TestWithParam<DosCase> {};

TEST_P(DosPreset, AgreesWithItselfAndWithTheTools) {
  const auto [size, bits, heads, type] = GetParam();
  const DiskFile disk(size);
  disk.make("dos");
  EXPECT_THAT(complaints(disk.check()), ElementsAre("note dos-no-system"));

  const auto mbr = check::decode_mbr(disk.peek(0, 512));
  const auto& entry = mbr.entries[0];
  EXPECT_EQ(check::geometry_of_mbr(mbr), (check::Geometry{heads, 63}));
  EXPECT_EQ(entry.type, type);
  EXPECT_TRUE(entry.active());
  EXPECT_EQ(entry.first, 63u);
  EXPECT_EQ((entry.last() + 1) % (heads * 63), 0u) << "it ends with a cylinder";
  EXPECT_GT(entry.last() + 1 + heads * 63, size.value / 512) << "and no cylinder is left over";
  const auto boot = check::decode_fat_boot(disk.peek(63 * 512, 512));
  ASSERT_TRUE(boot) << boot.error().message;
  EXPECT_EQ(boot->bits, bits);
  EXPECT_EQ(boot->hidden, 63u);
  EXPECT_EQ(boot->heads, heads);
  EXPECT_EQ(boot->sectors_per_track, 63u);
  EXPECT_EQ(boot->drive, 0x80u);
  EXPECT_EQ(boot->media, 0xF8u);
  EXPECT_EQ(boot->total, entry.count);

  disk.write("hello.txt", "carried over");
  disk.run("mcopy -i disk.img@@32256 hello.txt ::HELLO.TXT && mtype -i disk.img@@32256 ::HELLO.TXT");
  EXPECT_EQ(disk.output(), "carried over");
  // The file system's tables and the first files; the rest is as empty as a file that is cut longer.
  disk.run("dd if=disk.img of=part.img bs=32256 skip=1 count=2000 conv=sparse status=none && truncate -s " +
           std::to_string(entry.count * 512) + " part.img && fsck.fat -n part.img");
  disk.run("sfdisk --verify disk.img && sfdisk -l disk.img");
  EXPECT_THAT(disk.output(), HasSubstr("No errors detected"));
}

INSTANTIATE_TEST_SUITE_P(Sizes, DosPreset,
                         testing::Values(DosCase{mib(2), 12, 16, 0x01}, DosCase{mib(15), 12, 16, 0x01},
                                         DosCase{mib(20), 16, 16, 0x04}, DosCase{mib(33), 16, 16, 0x06},
                                         DosCase{mib(504), 16, 16, 0x06}, DosCase{mib(505), 16, 255, 0x06},
                                         DosCase{mib(2048), 16, 255, 0x06}, DosCase{mib(2049), 32, 255, 0x0B},
                                         DosCase{mib(9000), 32, 255, 0x0C}),
                         [](const auto& one) { return std::to_string(one.param.size.value >> 20) + "MiB"; });

// 8 GiB is where CHS ends: 1024 cylinders of 255 heads and 63 sectors.
TEST(DosLayout, BeyondInt13TheTypeIsThatOfBlockNumbers) {
  const std::uint64_t reach = 1024ull * 255 * 63 * 512;
  EXPECT_EQ(lay_out_dos({reach})->entry.type, 0x0B);
  EXPECT_EQ(lay_out_dos({reach})->entry.end, (check::Chs{1023, 254, 63}));
  EXPECT_EQ(lay_out_dos({reach + 255 * 63 * 512})->entry.type, 0x0C);
  EXPECT_EQ(lay_out_dos({reach + 255 * 63 * 512})->entry.end, (check::Chs{1023, 254, 63}));
  EXPECT_EQ(lay_out_dos({1 << 20}).error().kind, ErrorKind::invalid);
  EXPECT_EQ(lay_out_dos({3ull << 40}).error().kind, ErrorKind::invalid);
  const auto biggest = lay_out_dos({2ull << 40});
  ASSERT_TRUE(biggest);
  EXPECT_LE(biggest->entry.last(), 0xFFFFFFFFu);
}

// FORMAT and all readers tell the type by the number of clusters, so no size may fall between two types.
TEST(DosLayout, EveryClusterCountFitsItsType) {
  for (std::uint64_t size = 2 << 20; size <= 4ull << 30; size += (size < 64 << 20 ? 1 : 16) * 1008 * 512) {
    const auto layout = lay_out_dos({size});
    ASSERT_TRUE(layout);
    const std::uint64_t clusters = layout->entry.count / layout->sectors_per_cluster;  // somewhat too many
    const std::uint64_t tables = layout->bits == 32 ? 2 * (clusters * 4 / 512 + 1) + 32 : 33;
    const std::uint64_t least =
        (layout->entry.count - tables - 2 * (clusters * 2 / 512 + 1)) / layout->sectors_per_cluster;
    if (layout->bits == 12) {
      EXPECT_LT(least, 4085u) << size;
    }
    if (layout->bits == 16) {
      EXPECT_GE(least, 4085u) << size;
    }
    if (layout->bits == 16) {
      EXPECT_LT(least, 65525u) << size;
    }
    if (layout->bits == 32) {
      EXPECT_GE(least, 65525u) << size;
    }
  }
}

class FloppyPreset : public testing::TestWithParam<const char*> {};

TEST_P(FloppyPreset, HasTheSizeAndTheDescriptionOfItsKind) {
  const auto preset = require_preset(GetParam());
  ASSERT_TRUE(preset);
  const auto size = size_of(*preset, {}, 512);
  ASSERT_TRUE(size);
  const check::FloppyFormat* format = check::find_floppy(*size);
  ASSERT_TRUE(format);
  EXPECT_EQ(std::uint64_t{format->cylinders} * format->geometry.cylinder_sectors() * 512, size->value);
  const DiskFile disk(*size);
  disk.make(GetParam());
  const auto boot = check::decode_fat_boot(disk.peek(0, 512));
  ASSERT_TRUE(boot) << boot.error().message;
  EXPECT_EQ(boot->media, format->media);
  EXPECT_EQ(disk.peek(512, 1)[0], format->media) << "the FAT begins with it";
  EXPECT_EQ(boot->geometry(), format->geometry);
  EXPECT_EQ(boot->total, size->value / 512);
  EXPECT_EQ(boot->root_entries, format->root_entries);
  EXPECT_EQ(boot->fat_sectors, format->fat_sectors);
  EXPECT_EQ(boot->sectors_per_cluster, format->sectors_per_cluster);
  EXPECT_EQ(boot->hidden, 0u);
  EXPECT_EQ(boot->drive, 0u);
  const auto report = disk.check();
  EXPECT_EQ(report.kind, "floppy");
  EXPECT_EQ(test::find_finding(report, "floppy-360") != nullptr, preset->name == "floppy-360");
  disk.run("fsck.fat -n disk.img && mdir -i disk.img ::");
  EXPECT_EQ(size_of(*preset, mib(1), 512).error().kind, ErrorKind::invalid);
  EXPECT_EQ(size_of(*preset, *size, 4096).error().kind, ErrorKind::invalid);
}

INSTANTIATE_TEST_SUITE_P(Kinds, FloppyPreset,
                         testing::Values("floppy-360", "floppy-720", "floppy-1200", "floppy-1440", "floppy-2880"),
                         [](const auto& one) { return std::string(one.param).substr(7) + "K"; });

TEST(Preset, TheBlankOnesStayBlank) {
  for (const char* name : {"blank", "linux"}) {
    const auto preset = require_preset(name);
    ASSERT_TRUE(preset);
    EXPECT_TRUE(format_command(*preset, mib(4), "/x").empty());
    EXPECT_EQ(preset->physical_block_size, 4096u);
    EXPECT_EQ(size_of(*preset, mib(4), 4096)->value, mib(4).value);
  }
  EXPECT_EQ(size_of(*require_preset("blank"), {}, 512).error().kind, ErrorKind::invalid);
  EXPECT_EQ(size_of(*require_preset("linux"), {}, 512)->value, 16ull << 30);
  EXPECT_THAT(require_preset("cpm").error().message, HasSubstr("floppy-1440"));
}

TEST(Preset, AToolThatMadeSomethingElseIsFoundOut) {
  const DiskFile disk(mib(20));
  disk.run("mformat -i disk.img@@32256 -h 4 -s 17 -H 63 -T 39249 -m 0xf8 ::");
  const auto done = finish_preset(*require_preset("dos"), *disk.open());
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("4 heads and 17 sectors"));
  const DiskFile empty(mib(20));
  EXPECT_EQ(finish_preset(*require_preset("dos"), *empty.open()).error().kind, ErrorKind::io);
}

TEST(BootCode, FitsWhereItGoes) {
  EXPECT_LE(mbr_boot_code().size(), 440u);
  EXPECT_LE(90 + partition_boot_code().size(), 510u);
}

}  // namespace
}  // namespace bootferry::images::presets
