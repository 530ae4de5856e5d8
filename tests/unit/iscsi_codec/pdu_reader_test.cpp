// SPDX-License-Identifier: Apache-2.0
#include "iscsi/codec/pdu_reader.hpp"

#include <gtest/gtest.h>

#include "iscsi/codec/digest.hpp"

namespace bootferry::iscsi {
namespace {

/// A PDU as it stands on the wire.
Bytes wire(const Bhs& bhs, const Bytes& ahs, const Bytes& data, bool header_digest, bool data_digest) {
  Bytes out(bhs.begin(), bhs.end());
  out.insert(out.end(), ahs.begin(), ahs.end());
  std::uint8_t digest[4];
  if (header_digest) {
    Crc32c crc;
    crc.add(out);
    encode_digest(crc.value(), digest);
    out.insert(out.end(), digest, digest + 4);
  }
  if (data.empty()) return out;
  Bytes padded = data;
  padded.resize(data.size() + padding_of(static_cast<std::uint32_t>(data.size())));
  out.insert(out.end(), padded.begin(), padded.end());
  if (data_digest) {
    Crc32c crc;
    crc.add(padded);
    encode_digest(crc.value(), digest);
    out.insert(out.end(), digest, digest + 4);
  }
  return out;
}

Bytes pattern(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 13 + 1);
  return bytes;
}

struct Shape {
  bool header_digest, data_digest;
  std::size_t piece;
};

class Cutting : public testing::TestWithParam<Shape> {};

TEST_P(Cutting, FindsTheSamePdusHoweverTheStreamIsCut) {
  const Shape shape = GetParam();
  Bytes stream;
  for (const std::size_t size : {0, 1, 3, 4, 509, 5000}) {
    const Bytes data = pattern(size);
    const Bytes pdu = wire(encode(NopOut{.task_tag = 9}, static_cast<std::uint32_t>(size), 4), {0, 1, 2, 3}, data,
                           shape.header_digest, shape.data_digest);
    stream.insert(stream.end(), pdu.begin(), pdu.end());
  }
  PduReader reader;
  reader.set_limits({8192, shape.header_digest, shape.data_digest});
  std::vector<std::size_t> sizes;
  Bytes place;
  for (std::size_t at = 0; at < stream.size();) {
    Bytes piece(stream.begin() + static_cast<long>(at),
                stream.begin() + static_cast<long>(std::min(stream.size(), at + shape.piece)));
    at += piece.size();
    ByteView input = piece;
    const std::size_t straight = std::min(input.size(), reader.direct_space().size());
    std::copy_n(input.begin(), straight, reader.direct_space().begin());
    reader.on_direct(straight);
    input = input.subspan(straight);
    for (;;) {
      const auto progress = reader.feed(input);
      ASSERT_TRUE(progress) << progress.error().message;
      if (*progress == PduReader::Progress::need_more) break;
      if (*progress == PduReader::Progress::header) {
        if (data_length_of(reader.bhs()) == 5000) {
          place.assign(5000, 0);
          reader.set_destination(place);
        }
        continue;
      }
      const ReceivedPdu pdu = reader.pdu();
      EXPECT_TRUE(pdu.data_digest_ok);
      EXPECT_EQ(Bytes(pdu.ahs.begin(), pdu.ahs.end()), (Bytes{0, 1, 2, 3}));
      EXPECT_EQ(Bytes(pdu.data.begin(), pdu.data.end()), pattern(pdu.data.size()));
      sizes.push_back(pdu.data.size());
    }
  }
  EXPECT_EQ(sizes, (std::vector<std::size_t>{0, 1, 3, 4, 509, 5000}));
  EXPECT_EQ(place, pattern(5000));
  EXPECT_TRUE(reader.between_pdus());
}

INSTANTIATE_TEST_SUITE_P(AllWays, Cutting,
                         testing::Values(Shape{false, false, 1}, Shape{false, false, 7}, Shape{false, false, 100000},
                                         Shape{true, false, 1}, Shape{false, true, 11}, Shape{true, true, 1},
                                         Shape{true, true, 53}, Shape{true, true, 100000}));

TEST(PduReader, EveryLengthUpToTheLimitAndNoneBeyond) {
  for (std::uint32_t length = 8188; length <= 8196; ++length) {
    PduReader reader;
    const Bytes bytes = wire(encode(LoginRequest{}, length), {}, Bytes(length, 'a'), false, false);
    ByteView input = bytes;
    const auto header = reader.feed(input);
    ASSERT_EQ(header.has_value(), length <= 8192) << length;
    if (!header) continue;
    EXPECT_EQ(*header, PduReader::Progress::header);
    const auto whole = reader.feed(input);
    ASSERT_TRUE(whole);
    EXPECT_EQ(*whole, PduReader::Progress::pdu);
    EXPECT_EQ(reader.pdu().data.size(), length);
    EXPECT_TRUE(input.empty());
  }
}

TEST(PduReader, AWrongHeaderDigestEndsTheStream) {
  PduReader reader;
  reader.set_limits({8192, true, false});
  Bytes bytes = wire(encode(NopOut{}), {}, {}, true, false);
  bytes[20] ^= 1;
  ByteView input = bytes;
  EXPECT_FALSE(reader.feed(input));
}

TEST(PduReader, AWrongDataDigestIsTold) {
  PduReader reader;
  reader.set_limits({8192, false, true});
  Bytes bytes = wire(encode(NopOut{}, 5), {}, pattern(5), false, true);
  bytes[49] ^= 1;
  ByteView input = bytes;
  ASSERT_EQ(reader.feed(input), PduReader::Progress::header);
  ASSERT_EQ(reader.feed(input), PduReader::Progress::pdu);
  EXPECT_FALSE(reader.pdu().data_digest_ok);
}

}  // namespace
}  // namespace bootferry::iscsi
