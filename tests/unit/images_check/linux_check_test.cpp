// SPDX-License-Identifier: Apache-2.0
// Linux disks with initramfs of all kinds, in file systems made by mke2fs and mkfs.fat.
#include <gmock/gmock.h>

#include "images/check/ext_volume.hpp"
#include "images/check/initramfs.hpp"
#include "unit/images_check/disk_fixture.hpp"

namespace bootferry::images::check {
namespace {

using test::complaints;
using test::DiskFile;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

// A tree with an initiator in it and one without, each packed with `packer`.
void make_initramfs(const DiskFile& disk, const std::string& packer) {
  disk.run(
      "mkdir -p with/usr/sbin with/lib/modules without/usr/sbin root/boot && head -c 300000 /dev/urandom > "
      "without/usr/sbin/busybox && cp without/usr/sbin/busybox with/usr/sbin/ && : > with/usr/sbin/iscsistart && "
      ": > with/lib/modules/iscsi_tcp.ko.xz && : > with/lib/modules/iscsi_ibft.ko && "
      "for one in with without; do (cd $one && find . | cpio -o -H newc --quiet | " +
      packer + " > ../$one.img); done");
}

Bytes file_of(const DiskFile& disk, const std::string& name) {
  std::ifstream file(disk.folder() / name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Initramfs, TellsByTheNamesInIt) {
  const DiskFile disk({512});
  for (const std::string packer : {"cat", "gzip -9", "zstd -q -19"}) {
    make_initramfs(disk, packer);
    const InitramfsFacts with = look_into_initramfs(file_of(disk, "with.img"));
    EXPECT_TRUE(with.initiator && with.transport && with.ibft) << packer << ": " << with.untold;
    const InitramfsFacts without = look_into_initramfs(file_of(disk, "without.img"));
    EXPECT_FALSE(without.initiator) << packer;
    EXPECT_EQ(without.untold, "") << packer;
    EXPECT_EQ(without.files, 4u) << packer;
  }
}

TEST(Initramfs, AnEarlyArchiveMayLieBeforeIt) {
  const DiskFile disk({512});
  make_initramfs(disk, "zstd -q");
  disk.run(
      "mkdir -p early/kernel && : > early/kernel/microcode && (cd early && find . | cpio -o -H newc --quiet) > "
      "both.img && cat with.img >> both.img");
  const InitramfsFacts facts = look_into_initramfs(file_of(disk, "both.img"));
  EXPECT_TRUE(facts.initiator) << facts.untold;
}

TEST(Initramfs, WhatCannotBeReadSaysWhy) {
  const DiskFile disk({512});
  make_initramfs(disk, "xz");
  EXPECT_EQ(look_into_initramfs(file_of(disk, "with.img")).untold, "it is packed with xz");
  EXPECT_EQ(look_into_initramfs({}).untold, "it is empty");
  for (const std::string packer : {"cat", "gzip", "zstd -q"}) {
    make_initramfs(disk, packer);
    const Bytes whole = file_of(disk, "without.img");
    for (const std::size_t length : {whole.size() / 2, whole.size() / 3, std::size_t{7}}) {
      const InitramfsFacts facts = look_into_initramfs(ByteView(whole).first(length));
      EXPECT_NE(facts.untold, "") << packer << " " << length;
    }
  }
}

class LinuxDisk : public testing::TestWithParam<const char*> {};

TEST_P(LinuxDisk, IsLookedInto) {
  for (const bool able : {true, false}) {
    const DiskFile disk(mib(100));
    make_initramfs(disk, "gzip");
    disk.run("printf 'label: gpt\\nsize=60M\\n' | sfdisk -q disk.img && cp " + std::string(able ? "with" : "without") +
             ".img root/boot/initrd.img-6.1.0-1 && cp without.img root/boot/initrd.img.old && mke2fs -q " + GetParam() +
             " -d root -E offset=1048576 disk.img 40M");
    const Report report = disk.check();
    EXPECT_THAT(complaints(report), able ? testing::Matcher<std::vector<std::string>>(ElementsAre())
                                         : ElementsAre("warning linux-no-iscsi"));
    EXPECT_EQ(test::find_finding(report, "linux-iscsi") != nullptr, able);
  }
}

INSTANTIATE_TEST_SUITE_P(FileSystems, LinuxDisk,
                         testing::Values("-t ext4", "-t ext4 -b 4096", "-t ext2 -b 1024", "-t ext3 -b 4096",
                                         "-t ext4 -O ^64bit,metadata_csum_seed"),
                         [](const auto& one) { return "of" + std::to_string(one.index); });

TEST(LinuxCheck, ABootPartitionOfFatAndAnUnknownRoot) {
  const DiskFile disk(mib(100));
  make_initramfs(disk, "zstd -q");
  disk.run(
      "printf 'size=40M,type=ef,bootable\\nsize=20M,type=83\\n' | sfdisk -q disk.img && "
      "mkfs.fat -F 16 --offset 2048 disk.img 40960 && cp with.img INITRD.IMG && "
      "mcopy -i disk.img@@1M INITRD.IMG ::");
  EXPECT_THAT(complaints(disk.check()), ElementsAre("warning no-boot-code"));
  EXPECT_TRUE(test::find_finding(disk.check(), "linux-iscsi"));
  disk.run("mdel -i disk.img@@1M ::INITRD.IMG");
  disk.poke(83968ull * 512, {'X', 'F', 'S', 'B'});
  EXPECT_THAT(complaints(disk.check()), Contains("note linux-iscsi-untold"));
}

// Each byte of the structures that are read, turned over: an answer, whatever it is, and no harm.
TEST(LinuxCheck, ABrokenFileSystemIsAnAnswerToo) {
  const DiskFile disk(mib(16));
  make_initramfs(disk, "gzip");
  disk.run(
      "printf 'label: gpt\\nsize=12M\\n' | sfdisk -q disk.img && cp with.img root/boot/initrd.img-6 && "
      "mke2fs -q -t ext4 -b 1024 -d root -E offset=1048576 disk.img 10M");
  const Bytes good = disk.peek(0, mib(16).value);
  images::MemoryDevice device(mib(16));
  ASSERT_TRUE(device.write({0}, good));
  ASSERT_TRUE(test::find_finding(*check_image(device), "linux-iscsi"));
  unsigned different = 0;
  for (std::size_t at = mib(1).value + 1024; at < mib(1).value + 4096; at += 5) {
    Bytes sector(good.begin() + static_cast<std::ptrdiff_t>(at / 512 * 512),
                 good.begin() + static_cast<std::ptrdiff_t>(at / 512 * 512 + 512));
    sector[at % 512] ^= 0xFF;
    ASSERT_TRUE(device.write({at / 512 * 512}, sector));
    const auto report = check_image(device);
    ASSERT_TRUE(report) << at;
    different += test::find_finding(*report, "linux-iscsi") ? 0 : 1;
    sector[at % 512] ^= 0xFF;
    ASSERT_TRUE(device.write({at / 512 * 512}, sector));
  }
  EXPECT_GT(different, 3u);
}

}  // namespace
}  // namespace bootferry::images::check
