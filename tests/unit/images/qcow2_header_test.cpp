// SPDX-License-Identifier: Apache-2.0
// Headers that lie: every limit of the format is held before anything is allocated or read.
#include <gtest/gtest.h>

#include "images/qcow2/header.hpp"

namespace bootferry::images::qcow2 {
namespace {

constexpr ByteCount file_size{1 << 20};

Header sane() {
  Header header;
  header.size = 64 << 20;
  header.l1_entries = 1;
  header.l1_offset = 3 << 16;
  header.refcount_table_offset = 1 << 16;
  header.refcount_table_clusters = 1;
  return header;
}

Bytes whole(const Header& header) {
  Bytes bytes = encode_header(header);
  bytes.resize(65536);
  return bytes;
}

void put(Bytes& bytes, std::size_t at, std::uint64_t value, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) bytes[at + i] = static_cast<std::uint8_t>(value >> (8 * (count - 1 - i)));
}

struct Lie {
  const char* name;
  std::size_t at, count;
  std::uint64_t value;
  ErrorKind kind;
};

class Qcow2HeaderLies : public testing::TestWithParam<Lie> {};

TEST_P(Qcow2HeaderLies, is_refused) {
  Bytes bytes = whole(sane());
  put(bytes, GetParam().at, GetParam().value, GetParam().count);
  const auto header = decode_header(bytes, file_size);
  ASSERT_FALSE(header);
  EXPECT_EQ(header.error().kind, GetParam().kind) << header.error().message;
}

constexpr std::uint64_t far_away = std::uint64_t{1} << 55;

const Lie lies[] = {
    {"magic", 0, 4, 0, ErrorKind::invalid},
    {"version_1", 4, 4, 1, ErrorKind::unsupported},
    {"version_4", 4, 4, 4, ErrorKind::unsupported},
    {"backing_name_behind_the_header", 8, 8, 70000, ErrorKind::invalid},
    {"cluster_bits_8", 20, 4, 8, ErrorKind::invalid},
    {"cluster_bits_22", 20, 4, 22, ErrorKind::invalid},
    {"cluster_bits_huge", 20, 4, 0xffffffff, ErrorKind::invalid},
    {"size_0", 24, 8, 0, ErrorKind::invalid},
    {"size_odd", 24, 8, 1000, ErrorKind::invalid},
    {"size_huge", 24, 8, ~std::uint64_t{0} & ~511ull, ErrorKind::invalid},
    {"size_beyond_l1", 24, 8, std::uint64_t{1} << 40, ErrorKind::invalid},
    {"encrypted_aes", 32, 4, 1, ErrorKind::unsupported},
    {"encrypted_luks", 32, 4, 2, ErrorKind::unsupported},
    {"l1_huge", 36, 4, 0xffffffff, ErrorKind::invalid},
    {"l1_unaligned", 40, 8, (3 << 16) + 8, ErrorKind::invalid},
    {"l1_at_0", 40, 8, 0, ErrorKind::invalid},
    {"l1_behind_the_end", 40, 8, far_away, ErrorKind::invalid},
    {"refcount_table_unaligned", 48, 8, 65537, ErrorKind::invalid},
    {"refcount_table_behind_the_end", 48, 8, far_away, ErrorKind::invalid},
    {"refcount_table_of_0_clusters", 56, 4, 0, ErrorKind::invalid},
    {"refcount_table_huge", 56, 4, 0x10000, ErrorKind::invalid},
    {"snapshots", 60, 4, 1, ErrorKind::unsupported},
    {"data_file_bit", 72, 8, 4, ErrorKind::unsupported},
    {"unknown_bit", 72, 8, 1ull << 40, ErrorKind::unsupported},
    {"compression_without_its_field", 72, 8, 8, ErrorKind::unsupported},
    {"refcount_order_7", 96, 4, 7, ErrorKind::invalid},
    {"header_length_short", 100, 4, 80, ErrorKind::invalid},
    {"header_length_behind_the_cluster", 100, 4, 70000, ErrorKind::invalid},
    {"extension_too_long", 104, 8, 0x12345678ffffffff, ErrorKind::invalid},
    {"data_file_extension", 104, 8, 0x4441544100000000, ErrorKind::unsupported},
};

INSTANTIATE_TEST_SUITE_P(all, Qcow2HeaderLies, testing::ValuesIn(lies),
                         [](const auto& lie) { return std::string(lie.param.name); });

TEST(Qcow2Header, comes_back_as_it_was_written) {
  Header header = sane();
  header.backing_name = "golden.raw";
  header.backing_format = "raw";
  const auto read = decode_header(whole(header), file_size);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->size, header.size);
  EXPECT_EQ(read->l1_offset, header.l1_offset);
  EXPECT_EQ(read->refcount_table_clusters, 1u);
  EXPECT_EQ(read->backing_name, "golden.raw");
  EXPECT_EQ(read->backing_format, "raw");
}

TEST(Qcow2Header, a_backing_name_is_at_most_1023_bytes) {
  Header header = sane();
  header.backing_name = std::string(1024, 'x');
  EXPECT_FALSE(decode_header(whole(header), file_size));
  header.backing_name.pop_back();
  EXPECT_TRUE(decode_header(whole(header), file_size));
}

TEST(Qcow2Header, subclusters_need_clusters_of_16_kib) {
  Bytes bytes = whole(sane());
  put(bytes, 72, 16, 8);
  EXPECT_TRUE(decode_header(bytes, file_size));
  put(bytes, 20, 13, 4);
  EXPECT_FALSE(decode_header(bytes, file_size));
}

TEST(Qcow2Header, cut_off_anywhere_is_refused_or_read_within_its_bytes) {
  Header header = sane();
  header.backing_name = "golden.raw";
  header.backing_format = "raw";
  const Bytes bytes = encode_header(header);
  for (std::size_t count = 0; count < bytes.size(); ++count)
    EXPECT_FALSE(decode_header(ByteView(bytes).first(count), file_size)) << count;
}

}  // namespace
}  // namespace bootferry::images::qcow2
