// SPDX-License-Identifier: Apache-2.0
// What only a raw device does: its files, its errors, and that other tools see the same bytes.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>

#include "base/random.hpp"
#include "images/memory_device.hpp"
#include "images/raw_device.hpp"
#include "support/temporary_folder.hpp"

namespace bootferry::images {
namespace {

class RawDeviceTest : public testing::Test {
 protected:
  std::filesystem::path make_file(std::string_view name, std::uint64_t size) {
    const auto path = folder_ / name;
    std::ofstream(path).close();
    std::filesystem::resize_file(path, size);
    return path;
  }
  test::TemporaryFolder folder_;
};

TEST_F(RawDeviceTest, a_missing_file_is_not_found) {
  EXPECT_EQ(make_raw_device(folder_ / "none", OpenMode::read_only).error().kind, ErrorKind::not_found);
}

TEST_F(RawDeviceTest, a_file_smaller_than_a_block_is_no_disk) {
  EXPECT_EQ(make_raw_device(make_file("small", 511), OpenMode::read_only).error().kind, ErrorKind::invalid);
}

TEST_F(RawDeviceTest, folders_and_pipes_are_no_disks_and_do_not_hang) {
  EXPECT_EQ(make_raw_device(folder_.path(), OpenMode::read_only).error().kind, ErrorKind::unsupported);
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(make_raw_device(folder_ / "pipe", OpenMode::read_only).error().kind, ErrorKind::unsupported);
}

TEST_F(RawDeviceTest, a_link_is_followed_only_where_allowed) {
  const auto file = make_file("disk", 4096);
  std::filesystem::create_symlink(file, folder_ / "link");
  EXPECT_TRUE(make_raw_device(folder_ / "link", OpenMode::read_only));
  EXPECT_EQ(make_raw_device(folder_ / "link", OpenMode::read_only, Symlinks::refuse).error().kind, ErrorKind::denied);
}

TEST_F(RawDeviceTest, a_read_only_device_refuses_changes) {
  auto device = make_raw_device(make_file("disk", 4096), OpenMode::read_only).value();
  EXPECT_FALSE(device->capabilities().writable);
  EXPECT_EQ(device->write({0}, Bytes(512)).error().kind, ErrorKind::denied);
  EXPECT_EQ(device->trim({0}, {512}).error().kind, ErrorKind::denied);
  EXPECT_TRUE(device->flush());
}

TEST_F(RawDeviceTest, a_tail_shorter_than_a_block_is_left_alone) {
  const auto path = make_file("disk", 1124);
  auto device = make_raw_device(path, OpenMode::read_write).value();
  EXPECT_EQ(device->size().value, 1024u);
  ASSERT_TRUE(device->write({0}, Bytes(1024, 0xff)));
  EXPECT_EQ(std::filesystem::file_size(path), 1124u);
}

TEST_F(RawDeviceTest, a_file_cut_short_below_us_is_an_io_error) {
  const auto path = make_file("disk", 8192);
  auto device = make_raw_device(path, OpenMode::read_write).value();
  std::filesystem::resize_file(path, 4096);
  Bytes out(8192);
  EXPECT_EQ(device->read({0}, out).error().kind, ErrorKind::io);
}

// A file size limit stands for a full disk: the kernel says EFBIG, which is the same to us.
TEST_F(RawDeviceTest, no_room_is_exhausted_and_says_so) {
  const auto path = make_file("disk", 1 << 20);
  auto device = make_raw_device(path, OpenMode::read_write).value();
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{64 << 10, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto inside = device->write({0}, Bytes(4096, 1));
  const auto outside = device->write({128 << 10}, Bytes(4096, 1));
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old);
  EXPECT_TRUE(inside);
  ASSERT_FALSE(outside);
  EXPECT_EQ(outside.error().kind, ErrorKind::exhausted);
  EXPECT_NE(outside.error().message.find(path.string()), std::string::npos);
}

TEST_F(RawDeviceTest, trimming_shrinks_the_file_on_disk) {
  const auto path = make_file("disk", 4 << 20);
  auto device = make_raw_device(path, OpenMode::read_write).value();
  if (!device->capabilities().trims) GTEST_SKIP() << "this file system gives no space back";
  ASSERT_TRUE(device->write({0}, Bytes(4 << 20, 0x31)));
  ASSERT_TRUE(device->flush());
  struct stat full{}, trimmed{};
  ASSERT_EQ(::stat(path.c_str(), &full), 0);
  ASSERT_TRUE(device->trim({1 << 20}, {2 << 20}));
  ASSERT_TRUE(device->flush());
  ASSERT_EQ(::stat(path.c_str(), &trimmed), 0);
  EXPECT_LE(trimmed.st_blocks * 512, full.st_blocks * 512 - (2 << 20) + 65536);
  EXPECT_EQ(trimmed.st_size, 4 << 20);
}

TEST_F(RawDeviceTest, qemu_img_sees_the_same_disk_as_the_model) {
  if (std::system("command -v qemu-img >/dev/null") != 0)
    GTEST_SKIP() << "qemu-img is not installed (package qemu-utils)";
  const auto path = make_file("disk", 1 << 20);
  auto device = make_raw_device(path, OpenMode::read_write).value();
  MemoryDevice model({1 << 20});
  SeededRandom random(3);
  for (int step = 0; step < 64; ++step) {
    const ByteCount offset{random.u32() % 2040 * 512};
    Bytes data(8 * 512);
    random.fill(data);
    for (BlockDevice* one : {device.get(), static_cast<BlockDevice*>(&model)}) {
      ASSERT_TRUE(step % 4 == 3 ? one->trim(offset, {data.size()}) : one->write(offset, data));
    }
  }
  ASSERT_TRUE(device->flush());
  Bytes all(1 << 20);
  ASSERT_TRUE(model.read({0}, all));
  std::ofstream(folder_ / "model", std::ios::binary).write(reinterpret_cast<const char*>(all.data()), 1 << 20);
  const std::string compare =
      "qemu-img compare -f raw -F raw " + path.string() + " " + (folder_ / "model").string() + " >/dev/null";
  EXPECT_EQ(std::system(compare.c_str()), 0);
  // The referee itself must be able to say no.
  ASSERT_TRUE(device->write({0}, Bytes(512, static_cast<std::uint8_t>(~all[0]))));
  EXPECT_NE(std::system(compare.c_str()), 0);
}

}  // namespace
}  // namespace bootferry::images
