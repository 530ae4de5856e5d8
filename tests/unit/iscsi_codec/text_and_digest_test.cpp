// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "iscsi/codec/ahs.hpp"
#include "iscsi/codec/digest.hpp"
#include "iscsi/codec/key_values.hpp"

namespace bootferry::iscsi {
namespace {

ByteView view(std::string_view text) { return bytes_of(text); }

TEST(Digest, Rfc7143AppendixExamples) {
  const auto crc_of = [](const Bytes& bytes) {
    Crc32c crc;
    crc.add(bytes);
    std::array<std::uint8_t, 4> wire{};
    encode_digest(crc.value(), wire.data());
    EXPECT_EQ(decode_digest(wire.data()), crc.value());
    return wire;
  };
  Bytes rising(32), falling(32);
  for (std::size_t i = 0; i < 32; ++i)
    rising[i] = static_cast<std::uint8_t>(i), falling[i] = static_cast<std::uint8_t>(31 - i);
  EXPECT_EQ(crc_of(Bytes(32, 0)), (std::array<std::uint8_t, 4>{0xaa, 0x36, 0x91, 0x8a}));
  EXPECT_EQ(crc_of(Bytes(32, 0xff)), (std::array<std::uint8_t, 4>{0x43, 0xab, 0xa8, 0x62}));
  EXPECT_EQ(crc_of(rising), (std::array<std::uint8_t, 4>{0x4e, 0x79, 0xdd, 0x46}));
  EXPECT_EQ(crc_of(falling), (std::array<std::uint8_t, 4>{0x5c, 0xdb, 0x3f, 0x11}));
}

TEST(Digest, PiecesGiveTheSameAsTheWhole) {
  const Bytes bytes(1000, 0x5a);
  Crc32c whole, pieces;
  whole.add(bytes);
  for (std::size_t at = 0; at < bytes.size(); at += 7)
    pieces.add(ByteView(bytes).subspan(at, std::min<std::size_t>(7, bytes.size() - at)));
  EXPECT_EQ(whole.value(), pieces.value());
}

TEST(KeyValues, ReadsPairsAndToleratesPaddingAndAMissingEnd) {
  const auto pairs = parse_key_values(view(std::string_view("A=1\0B=\0\0\0C=x=y", 14)));
  ASSERT_TRUE(pairs);
  EXPECT_EQ(*pairs, (std::vector<KeyValue>{{"A", "1"}, {"B", ""}, {"C", "x=y"}}));
  EXPECT_EQ(find_value(*pairs, "C"), "x=y");
  EXPECT_EQ(find_value(*pairs, "D"), std::nullopt);
}

TEST(KeyValues, RefusesWhatHasNoForm) {
  EXPECT_FALSE(parse_key_values(view("novalue")));
  EXPECT_FALSE(parse_key_values(view("=x")));
  EXPECT_FALSE(parse_key_values(view("a b=x")));
  EXPECT_FALSE(parse_key_values(view(std::string(64, 'k') + "=1")));
  EXPECT_TRUE(parse_key_values(view(std::string(63, 'k') + "=1")));
  EXPECT_FALSE(parse_key_values(view("k=" + std::string(max_value_length + 1, 'v'))));
}

TEST(KeyValues, CountsKeys) {
  std::string text;
  for (std::size_t i = 0; i < max_keys; ++i) text += std::string("a=b") + '\0';
  EXPECT_TRUE(parse_key_values(view(text)));
  text += "a=b";
  EXPECT_FALSE(parse_key_values(view(text)));
}

TEST(KeyValues, OutputNeverOutgrowsItsLimit) {
  KeyValueText text(10);
  text.add("a", "bcd");  // 6 bytes
  EXPECT_FALSE(text.overflowed());
  text.add("k", "xyz");
  EXPECT_TRUE(text.overflowed());
  EXPECT_EQ(text_of(text.bytes()), std::string_view("a=bcd\0", 6));
}

TEST(KeyValues, NumbersAreDecimalOrHexadecimal) {
  EXPECT_EQ(parse_number("8192"), 8192u);
  EXPECT_EQ(parse_number("0x2000"), 8192u);
  for (const char* wrong : {"", "0x", "-1", "1 ", "12a", "99999999999999999999"})
    EXPECT_EQ(parse_number(wrong), std::nullopt) << wrong;
}

TEST(AdditionalHeaders, ReadsBothKindsAndRefusesTheRest) {
  AdditionalHeaders headers{Bytes(16, 7), 4096};
  const Bytes bytes = encode_additional_headers(headers);
  EXPECT_EQ(bytes.size() % 4, 0u);
  const auto back = decode_additional_headers(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->extended_cdb, headers.extended_cdb);
  EXPECT_EQ(back->bidirectional_read_length, 4096u);
  for (std::size_t length = 1; length < 16; ++length)
    EXPECT_FALSE(decode_additional_headers(ByteView(bytes).first(length))) << length;
  EXPECT_FALSE(decode_additional_headers(Bytes{0, 0, 1, 0}));
  EXPECT_FALSE(decode_additional_headers(Bytes{0xff, 0xff, 1, 0}));
  EXPECT_FALSE(decode_additional_headers(Bytes{0, 1, 9, 0}));
}

}  // namespace
}  // namespace bootferry::iscsi
