// SPDX-License-Identifier: Apache-2.0
// Magic numbers and sizes, and headers of strangers that ask for more than themselves.
#include "incoming/file_kind.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "images/qcow2/header.hpp"
#include "incoming/foreign_header.hpp"

namespace bootferry::incoming {
namespace {

using namespace std::string_view_literals;
using testing::HasSubstr;

Bytes file(std::string_view magic, std::size_t at = 0, std::size_t size = 128 * 1024) {
  Bytes bytes(size);
  std::ranges::copy(bytes_of(magic), bytes.begin() + static_cast<std::ptrdiff_t>(at));
  return bytes;
}
FileKind kind_of(const Bytes& start, const Bytes& end = {}, ByteCount size = mib(1)) {
  return recognise(start, end, size);
}
void put(Bytes& bytes, std::size_t at, std::uint64_t value, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) bytes[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
}

TEST(FileKind, packed_files_show_themselves) {
  EXPECT_EQ(kind_of(file("\x1f\x8b\x08"sv)).packing, Packing::gzip);
  EXPECT_EQ(kind_of(file("\xfd"
                         "7zXZ\0"sv))
                .packing,
            Packing::xz);
  EXPECT_EQ(kind_of(file("\x28\xb5\x2f\xfd"sv)).packing, Packing::zstd);
  EXPECT_EQ(kind_of(file("BZh9\x31\x41\x59\x26\x53\x59"sv)).packing, Packing::bzip2);
  EXPECT_EQ(kind_of(file("BZh9 is no bzip2")).packing, Packing::none);
}

TEST(FileKind, foreign_images_show_themselves) {
  EXPECT_EQ(kind_of(file("QFI\xfb"sv)).format, Format::qcow2);
  EXPECT_EQ(kind_of(file("KDMV")).format, Format::vmdk);
  EXPECT_EQ(kind_of(file("COWD")).format, Format::vmdk);
  EXPECT_EQ(kind_of(file("# Disk DescriptorFile\n")).format, Format::vmdk);
  EXPECT_EQ(kind_of(file("\x7f\x10\xda\xbe"sv, 0x40)).format, Format::vdi);
  EXPECT_EQ(kind_of(file("conectix")).format, Format::vhd);
  EXPECT_EQ(kind_of(file(""), file("conectix", 0, 512)).format, Format::vhd);
  EXPECT_EQ(kind_of(file("vhdxfile")).format, Format::vhdx);
}

TEST(FileKind, cds_and_floppies_and_disks) {
  EXPECT_EQ(kind_of(file("CD001", 32769)).format, Format::iso);
  for (const std::uint64_t size : {368640u, 737280u, 1228800u, 1474560u, 2949120u})
    EXPECT_EQ(kind_of(file(""), {}, {size}).format, Format::floppy) << size;
  EXPECT_EQ(kind_of(file(""), {}, {1474560 + 512}).format, Format::raw);
  EXPECT_EQ(recognise({}, {}, {0}).format, Format::raw);
}

TEST(FileKind, names_go_both_ways) {
  for (const Format format :
       {Format::raw, Format::iso, Format::floppy, Format::qcow2, Format::vmdk, Format::vdi, Format::vhd, Format::vhdx})
    EXPECT_EQ(parse_format(name_of(format)), format);
  EXPECT_EQ(parse_format("vpc"), std::nullopt);
}

Bytes qcow2(const std::string& backing, std::uint64_t size = 1 << 20) {
  images::qcow2::Header header;
  header.size = size;
  header.l1_offset = 0x30000;
  header.l1_entries = static_cast<std::uint32_t>((size + (512ull << 20) - 1) / (512ull << 20));
  header.refcount_table_offset = 0x10000;
  header.refcount_table_clusters = 1;
  header.backing_name = backing;
  Bytes bytes = images::qcow2::encode_header(header);
  bytes.resize(128 * 1024);
  return bytes;
}

TEST(ForeignHeader, a_qcow2_that_stands_alone_is_taken) {
  EXPECT_EQ(check_foreign(Format::qcow2, qcow2(""), {}, mib(1)).value(), mib(1));
}

TEST(ForeignHeader, a_qcow2_that_asks_for_another_file_is_refused_without_its_name) {
  const auto refused = check_foreign(Format::qcow2, qcow2("/etc/shadow"), {}, mib(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unsupported);
  EXPECT_THAT(refused.error().message, testing::Not(HasSubstr("shadow")));
  Bytes data_file = qcow2("");
  data_file[79] |= 4;  // the incompatible bit
  EXPECT_THAT(check_foreign(Format::qcow2, data_file, {}, mib(1)).error().message, HasSubstr("another file"));
  Bytes encrypted = qcow2("");
  encrypted[35] = 1;
  EXPECT_THAT(check_foreign(Format::qcow2, encrypted, {}, mib(1)).error().message, HasSubstr("encrypted"));
}

TEST(ForeignHeader, a_bomb_is_refused_by_its_size) {
  const auto refused = check_foreign(Format::qcow2, qcow2("", 1ull << 50), {}, gib(100));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("64"));
}

Bytes vmdk(std::string_view description = "createType=\"monolithicSparse\"") {
  Bytes bytes = file("KDMV");
  put(bytes, 4, 1, 4);
  put(bytes, 12, 16384, 8);
  put(bytes, 20, 128, 8);
  put(bytes, 28, 1, 8);
  put(bytes, 36, 20, 8);
  std::ranges::copy(bytes_of(description), bytes.begin() + 512);
  return bytes;
}

TEST(ForeignHeader, vmdk) {
  EXPECT_EQ(check_foreign(Format::vmdk, vmdk(), {}, mib(1)).value(), mib(8));
  const auto refused = [](const Bytes& bytes) {
    return check_foreign(Format::vmdk, bytes, {}, mib(1)).error().kind == ErrorKind::unsupported;
  };
  EXPECT_TRUE(refused(file("# Disk DescriptorFile\nRW 1 FLAT \"/etc/passwd\" 0\n")));
  EXPECT_TRUE(refused(file("COWD")));
  EXPECT_TRUE(refused(vmdk("createType=\"monolithicSparse\"\nparentFileNameHint=\"/etc/passwd\"")));
  EXPECT_TRUE(refused(vmdk("createType=\"monolithicFlat\"")));
  Bytes elsewhere = vmdk();
  put(elsewhere, 28, 1 << 20, 8);
  EXPECT_TRUE(refused(elsewhere));
  Bytes description_only = vmdk();
  put(description_only, 12, 0, 8);
  EXPECT_EQ(check_foreign(Format::vmdk, description_only, {}, mib(1)).error().kind, ErrorKind::invalid);
  Bytes bomb = vmdk();
  put(bomb, 12, 1ull << 41, 8);
  EXPECT_EQ(check_foreign(Format::vmdk, bomb, {}, mib(1)).error().kind, ErrorKind::invalid);
}

TEST(ForeignHeader, vdi) {
  Bytes alone = file("\x7f\x10\xda\xbe"sv, 0x40);
  put(alone, 0x4c, 1, 4);
  put(alone, 0x170, 8 << 20, 8);
  EXPECT_EQ(check_foreign(Format::vdi, alone, {}, mib(1)).value(), mib(8));
  Bytes difference = alone;
  put(difference, 0x4c, 4, 4);
  EXPECT_EQ(check_foreign(Format::vdi, difference, {}, mib(1)).error().kind, ErrorKind::unsupported);
  Bytes child = alone;
  put(child, 0x1b8, 7, 1);
  EXPECT_EQ(check_foreign(Format::vdi, child, {}, mib(1)).error().kind, ErrorKind::unsupported);
  EXPECT_EQ(check_foreign(Format::vdi, file("", 0, 100), {}, {100}).error().kind, ErrorKind::invalid);
}

TEST(ForeignHeader, vhd) {
  Bytes footer = file("conectix", 0, 512);
  footer[53] = 0x80;  // 8 MiB, big-endian at 48
  footer[63] = 3;
  EXPECT_EQ(check_foreign(Format::vhd, footer, footer, mib(1)).value(), mib(8));
  footer[63] = 4;
  EXPECT_EQ(check_foreign(Format::vhd, footer, footer, mib(1)).error().kind, ErrorKind::unsupported);
  footer[63] = 9;
  EXPECT_EQ(check_foreign(Format::vhd, footer, footer, mib(1)).error().kind, ErrorKind::invalid);
}

TEST(ForeignHeader, no_length_makes_it_read_too_far) {
  for (const Format format : {Format::qcow2, Format::vmdk, Format::vdi, Format::vhd, Format::vhdx}) {
    const Bytes whole = format == Format::vmdk ? vmdk() : qcow2("x");
    for (std::size_t length = 0; length < 700; ++length)
      (void)check_foreign(format, ByteView(whole).first(length),
                          ByteView(whole).first(std::min<std::size_t>(length, 512)), {length});
  }
}

}  // namespace
}  // namespace bootferry::incoming
