// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"

#include <gtest/gtest.h>

namespace bootferry {
namespace {

TEST(Bytes, WriterAndReaderAgreeOnEveryWidth) {
  Bytes out;
  ByteWriter writer(out);
  writer.u8(0x01);
  writer.u16(0x0203);
  writer.u24(0x040506);
  writer.u32(0x0708090a);
  writer.u48(0x0b0c0d0e0f10);
  writer.u64(0x1112131415161718);
  for (std::size_t i = 0; i < out.size(); ++i) EXPECT_EQ(out[i], i + 1) << "big-endian order at byte " << i;

  ByteReader reader(out);
  EXPECT_EQ(reader.u8(), 0x01);
  EXPECT_EQ(reader.u16(), 0x0203);
  EXPECT_EQ(reader.u24(), 0x040506u);
  EXPECT_EQ(reader.u32(), 0x0708090au);
  EXPECT_EQ(reader.u48(), 0x0b0c0d0e0f10u);
  EXPECT_EQ(reader.u64(), 0x1112131415161718u);
  EXPECT_TRUE(reader.ok());
  EXPECT_TRUE(reader.done());
}

TEST(Bytes, ReaderThatRunsOverTheEndStaysBad) {
  const Bytes three{1, 2, 3};
  ByteReader reader(three);
  EXPECT_EQ(reader.u32(), 0u);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.u8(), 0) << "nothing is left after an overrun";
  EXPECT_FALSE(reader.ok());
}

TEST(Bytes, TakeOfHugeCountDoesNotWrap) {
  const Bytes one{1};
  ByteReader reader(one);
  EXPECT_TRUE(reader.take(SIZE_MAX).empty());
  EXPECT_FALSE(reader.ok());
}

TEST(Bytes, PadToFillsUpToTheAlignmentOnly) {
  Bytes out;
  ByteWriter writer(out);
  writer.pad_to(4);
  EXPECT_EQ(out.size(), 0u);
  writer.u8(1);
  writer.pad_to(4);
  EXPECT_EQ(out.size(), 4u);
  writer.pad_to(4);
  EXPECT_EQ(out.size(), 4u);
}

}  // namespace
}  // namespace bootferry
