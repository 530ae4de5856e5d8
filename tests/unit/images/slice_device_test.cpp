// SPDX-License-Identifier: Apache-2.0
// The floppy inside a CD: 512-byte blocks out of a disk of 2048, zeros behind the disc's end, and nothing of the rest.
#include "images/slice_device.hpp"

#include <gtest/gtest.h>

#include "images/memory_device.hpp"

namespace bootferry::images {
namespace {

constexpr std::uint64_t sector = 2048;

/// Each 512 bytes hold their own number.
std::shared_ptr<MemoryDevice> numbered(std::uint64_t sectors) {
  auto device = std::make_shared<MemoryDevice>(ByteCount{sectors * sector}, sector);
  Bytes bytes(sectors * sector);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i / 512);
  EXPECT_TRUE(device->write({0}, bytes));
  return device;
}

TEST(SliceDevice, every_range_of_blocks_is_that_of_the_disk_below) {
  const auto disc = numbered(20);
  SliceDevice slice(disc, {3 * sector}, {8 * sector});
  EXPECT_EQ(slice.size(), ByteCount{8 * sector});
  EXPECT_EQ(slice.block_size(), 512u);
  const std::size_t blocks = 8 * sector / 512;
  for (std::size_t first = 0; first < blocks; ++first) {
    for (std::size_t count = 1; first + count <= blocks; ++count) {
      Bytes got(count * 512, 0xee);
      ASSERT_TRUE(slice.read({first * 512}, got));
      for (std::size_t i = 0; i < got.size(); ++i)
        ASSERT_EQ(got[i], 3 * sector / 512 + first + i / 512) << first << " " << count << " " << i;
    }
  }
}

TEST(SliceDevice, what_lies_behind_the_discs_end_is_zeros) {
  SliceDevice slice(numbered(4), {2 * sector}, {1'474'560});
  Bytes got(4 * sector, 0xee);
  ASSERT_TRUE(slice.read({sector}, got));
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], i < sector ? 12 + i / 512 : 0) << i;
  got.assign(512, 0xee);
  ASSERT_TRUE(slice.read({1'474'560 - 512}, got));
  EXPECT_EQ(got, Bytes(512));
}

TEST(SliceDevice, holes_below_are_its_holes_and_so_is_what_lies_behind) {
  const auto below = std::make_shared<MemoryDevice>(ByteCount{4 * sector}, sector);
  ASSERT_TRUE(below->write({2 * sector}, Bytes(sector, 'x')));
  SliceDevice slice(below, {sector}, {5 * sector});
  const auto all = slice.extents({0}, {5 * sector});
  ASSERT_TRUE(all);
  std::string map;  // a letter for each 512 bytes
  for (const Extent& one : *all) {
    EXPECT_EQ(one.offset.value, map.size() * 512);
    map += std::string(one.length.value / 512, one.allocated ? 'x' : '-');
  }
  EXPECT_EQ(map, "----xxxx------------");
  const auto part = slice.extents({sector + 512}, {512});
  ASSERT_TRUE(part && part->size() == 1);
  EXPECT_EQ(part->front().offset.value, sector + 512);
  EXPECT_EQ(part->front().length.value, 512u);
  EXPECT_TRUE(part->front().allocated);
  EXPECT_FALSE(slice.extents({5 * sector}, {512}));
}

TEST(SliceDevice, nothing_beside_it_is_read_and_nothing_at_all_written) {
  SliceDevice slice(numbered(20), {3 * sector}, {8 * sector});
  Bytes got(1024);
  EXPECT_FALSE(slice.read({8 * sector - 512}, got));
  EXPECT_FALSE(slice.read({8 * sector}, got));
  EXPECT_FALSE(slice.read({~std::uint64_t{0} - 511}, got)) << "no sum wraps";
  EXPECT_FALSE(slice.write({0}, got));
  EXPECT_FALSE(slice.trim({0}, {512}));
  EXPECT_FALSE(slice.zero({0}, {512}));
  EXPECT_TRUE(slice.flush());
  EXPECT_FALSE(slice.capabilities().writable);
}

}  // namespace
}  // namespace bootferry::images
