// SPDX-License-Identifier: Apache-2.0
// FILE.part: what has arrived is found again, zeros are holes, FILE is there when it is whole, and nobody's file is
// lost.
#include "app/part_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "support/temporary_folder.hpp"

namespace bootferry::app {
namespace {

const std::uint64_t mib_of = 1 << 20;

struct PartFileTest : testing::Test {
  [[nodiscard]] PartFile open() const {
    auto opened = PartFile::open(target);
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
    return std::move(*opened);
  }
  [[nodiscard]] static std::string bytes_in(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  test::TemporaryFolder folder;
  std::filesystem::path target = folder.path() / "win.raw", part = folder.path() / "win.raw.part";
};

TEST_F(PartFileTest, WhatArrivedIsThereAgain) {
  {
    PartFile first = open();
    EXPECT_EQ(first.arrived().value, 0u);
    ASSERT_TRUE(first.begin("\"a-1\"", mib(4)));
    ASSERT_TRUE(first.append(Bytes(mib_of, 'x')));
    ASSERT_TRUE(first.keep());
    ASSERT_TRUE(first.append(Bytes(1000, 'y'))) << "as if the power went: not noted";
  }
  PartFile second = open();
  EXPECT_EQ(second.etag(), "\"a-1\"");
  EXPECT_EQ(second.size(), mib(4));
  EXPECT_EQ(second.arrived(), mib(1));
  ASSERT_TRUE(second.append(Bytes(3 * mib_of, 'z')));
  EXPECT_TRUE(second.is_whole());
  ASSERT_TRUE(second.finish_raw());
  EXPECT_TRUE(bytes_in(target) == std::string(mib_of, 'x') + std::string(3 * mib_of, 'z'));
  EXPECT_FALSE(std::filesystem::exists(part));
  struct stat facts{};
  ASSERT_EQ(::stat(target.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u) << "a disk holds secrets";
}

TEST_F(PartFileTest, ZerosTakeNoSpace) {
  PartFile file = open();
  ASSERT_TRUE(file.begin("\"a\"", mib(64)));
  for (int i = 0; i < 64; ++i) ASSERT_TRUE(file.append(Bytes(mib_of, i == 5 ? 'x' : 0)));
  ASSERT_TRUE(file.finish_raw());
  EXPECT_EQ(std::filesystem::file_size(target), mib(64).value);
  struct stat facts{};
  ASSERT_EQ(::stat(target.c_str(), &facts), 0);
  EXPECT_LT(facts.st_blocks * 512, 4 * static_cast<off_t>(mib_of));
}

TEST_F(PartFileTest, ItIsMadeAQcow2FileWithItsHoles) {
  PartFile file = open();
  ASSERT_TRUE(file.begin("\"a\"", mib(16)));
  for (int i = 0; i < 16; ++i) ASSERT_TRUE(file.append(Bytes(mib_of, i == 5 ? 'x' : 0)));
  const auto broken = file.finish_qcow2([](ByteCount, ByteCount) { return fail(ErrorKind::unavailable, "^C"); });
  EXPECT_FALSE(broken);
  EXPECT_FALSE(std::filesystem::exists(target));
  ASSERT_TRUE(file.finish_qcow2([](ByteCount, ByteCount) { return Result<void>(); }));
  EXPECT_EQ(bytes_in(target).substr(0, 4), "QFI\xfb");
  EXPECT_LT(std::filesystem::file_size(target), mib(3).value);
  EXPECT_FALSE(std::filesystem::exists(part));
}

TEST_F(PartFileTest, BeginningAnewForgetsWhatWasThere) {
  PartFile file = open();
  ASSERT_TRUE(file.begin("\"a\"", mib(2)));
  ASSERT_TRUE(file.append(Bytes(mib_of, 'x')));
  ASSERT_TRUE(file.begin("\"b\"", mib(1)));
  EXPECT_EQ(file.arrived().value, 0u);
  ASSERT_TRUE(file.append(Bytes(mib_of)));
  ASSERT_TRUE(file.finish_raw());
  EXPECT_TRUE(bytes_in(target) == std::string(mib_of, '\0')) << "nothing of the other disk shows through";
}

TEST_F(PartFileTest, MoreThanTheDiskHasIsRefused) {
  PartFile file = open();
  ASSERT_TRUE(file.begin("\"a\"", kib(4)));
  EXPECT_FALSE(file.append(Bytes(4097, 'x')));
  EXPECT_EQ(file.arrived().value, 0u);
}

TEST_F(PartFileTest, NobodysFileIsWrittenOver) {
  {
    PartFile file = open();
    EXPECT_EQ(PartFile::open(target).error().kind, ErrorKind::conflict) << "one command at a time";
    ASSERT_TRUE(file.begin("\"a\"", kib(4)));
    ASSERT_TRUE(file.append(Bytes(4096, 'x')));
    std::ofstream(target) << "mine";
    EXPECT_FALSE(file.finish_raw());
  }
  EXPECT_EQ(bytes_in(target), "mine");
  EXPECT_EQ(PartFile::open(target).error().kind, ErrorKind::conflict);
  std::filesystem::remove(target);
  PartFile again = open();
  EXPECT_TRUE(again.is_whole()) << "what arrived is not lost by it";
  EXPECT_TRUE(again.finish_raw());
}

TEST_F(PartFileTest, AStrangersPartIsNoneOfOurs) {
  for (const std::string& text :
       {std::string("short"), std::string(100'000, 'x'), std::string(4096, 'x') + "{}" + std::string(4094, '\0'),
        std::string(4096, 'x') + R"({"etag":"a","size":4096,"arrived":5000})" + std::string(4057, '\0'),
        std::string(4096, 'x') + R"({"size":4096,"arrived":50})" + std::string(4070, '\0'),
        std::string(4096, 'x') + R"({"etag":7,"size":4096,"arrived":50})" + std::string(4061, '\0')}) {
    std::ofstream(part, std::ios::binary) << text;
    EXPECT_EQ(open().arrived().value, 0u) << text.size();
  }
  std::filesystem::remove(part);
  std::filesystem::create_symlink(folder.path() / "elsewhere", part);
  EXPECT_FALSE(PartFile::open(target));
  EXPECT_EQ(PartFile::open(folder.path() / "none" / "x").error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace bootferry::app
