// SPDX-License-Identifier: Apache-2.0
// Whole ways into the library, with real packers and the real qemu-img as the makers of the files.
#include "incoming/importer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "base/random.hpp"
#include "support/temporary_folder.hpp"

namespace bootferry::incoming {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class ImporterTest : public testing::Test {
 protected:
  /// 3 MiB with a hole in the middle.
  ImporterTest() {
    Bytes data(3 << 20);
    SeededRandom(7).fill(MutableByteView(data).first(1 << 20));
    SeededRandom(8).fill(MutableByteView(data).last(4096 + 512));
    write("disk", data);
  }
  void write(const std::string& name, const Bytes& data) {
    std::ofstream(folder_ / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(data.data()), static_cast<std::streamsize>(data.size()));
  }
  Bytes read(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void shell(const std::string& command) {
    ASSERT_EQ(std::system(("cd " + folder_.path().string() + " && (" + command + ") >/dev/null 2>&1").c_str()), 0)
        << command;
  }
  Result<Imported> add(const std::string& file, std::string name = "image") {
    return importer_.import_file({.name = std::move(name), .source = folder_ / file}, {});
  }
  void expect_nothing_left() {
    EXPECT_THAT(library_.names(), IsEmpty());
    EXPECT_TRUE(std::filesystem::is_empty(folder_ / "images"));
  }

  test::TemporaryFolder folder_;
  images::ImageLibrary library_{folder_ / "images"};
  Importer importer_{library_, {BOOTFERRY_CHILDREN "/incoming_unpacker", "/usr/bin/qemu-img"}};
};

TEST_F(ImporterTest, packed_disks_are_unpacked_and_their_holes_stay) {
  for (const auto& [pack, packing] :
       {std::pair{"gzip -kc disk > packed", Packing::gzip}, std::pair{"xz -kc disk > packed", Packing::xz},
        std::pair{"zstd -c disk > packed", Packing::zstd}, std::pair{"bzip2 -kc disk > packed", Packing::bzip2}}) {
    shell(pack);
    const auto added = add("packed");
    ASSERT_TRUE(added) << pack << ": " << added.error().message;
    EXPECT_EQ(added->kind, (FileKind{packing, Format::raw}));
    EXPECT_EQ(read(library_.path("image").value()), read(folder_ / "disk"));
    EXPECT_LT(library_.allocated("image").value(), mib(2));
    ASSERT_TRUE(library_.remove("image"));
  }
}

TEST_F(ImporterTest, foreign_disks_are_converted) {
  for (const auto& [options, format] :
       {std::pair{"-O qcow2", Format::qcow2}, std::pair{"-O qcow2 -c -o compression_type=zstd", Format::qcow2},
        std::pair{"-O vmdk", Format::vmdk}, std::pair{"-O vmdk -o subformat=streamOptimized", Format::vmdk},
        std::pair{"-O vdi", Format::vdi}, std::pair{"-O vpc -o force_size", Format::vhd},
        std::pair{"-O vpc -o subformat=fixed,force_size", Format::vhd}, std::pair{"-O vhdx", Format::vhdx}}) {
    shell(std::string("qemu-img convert ") + options + " -f raw disk foreign");
    const auto added = add("foreign");
    ASSERT_TRUE(added) << options << ": " << added.error().message;
    EXPECT_EQ(added->kind.format, format);
    EXPECT_EQ(read(library_.path("image").value()), read(folder_ / "disk")) << options;
    EXPECT_LT(library_.allocated("image").value(), mib(2)) << options;
    ASSERT_TRUE(library_.remove("image"));
  }
}

TEST_F(ImporterTest, a_packed_foreign_disk_is_unpacked_and_converted) {
  shell("qemu-img convert -O qcow2 disk inner && xz -kc inner > win.qcow2.xz");
  const auto added = add("win.qcow2.xz");
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_EQ(added->kind, (FileKind{Packing::xz, Format::qcow2}));
  EXPECT_EQ(read(library_.path("image").value()), read(folder_ / "disk"));
}

TEST_F(ImporterTest, a_packed_cd_is_a_cd) {
  Bytes disc(40 * 2048);
  std::ranges::copy(bytes_of("\1CD001"), disc.begin() + 32768);
  write("cd", disc);
  shell("gzip cd");
  const auto added = add("cd.gz");
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_TRUE(added->shape.cd);
  EXPECT_EQ(library_.path("image").value().extension(), ".iso");
}

TEST_F(ImporterTest, a_file_that_asks_for_another_leaves_nothing) {
  shell("qemu-img create -f qcow2 -b /etc/passwd -F raw evil.qcow2 1M");
  shell("qemu-img create -f qcow2 -o data_file=elsewhere evil-data.qcow2 1M");
  shell("qemu-img create -f vmdk -o subformat=monolithicFlat evil.vmdk 1M");
  shell("gzip -kc evil.qcow2 > evil.qcow2.gz");
  for (const char* name : {"evil.qcow2", "evil-data.qcow2", "evil.vmdk", "evil.qcow2.gz"}) {
    const auto refused = add(name);
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().kind, ErrorKind::unsupported) << refused.error().message;
    EXPECT_THAT(refused.error().message, testing::Not(HasSubstr("passwd")));
  }
  expect_nothing_left();
}

TEST_F(ImporterTest, a_raw_disk_is_believed_to_be_raw) {
  shell("qemu-img create -f qcow2 -b /etc/passwd -F raw evil.qcow2 1M");
  const auto added =
      importer_.import_file({.name = "disk", .source = folder_ / "evil.qcow2", .format = Format::raw}, {});
  ASSERT_TRUE(added) << added.error().message;
  Bytes same = read(folder_ / "evil.qcow2");
  same.resize((same.size() + 511) / 512 * 512);
  EXPECT_EQ(read(library_.path("disk").value()), same);
}

TEST_F(ImporterTest, a_damaged_file_leaves_nothing) {
  shell("gzip -kc disk > cut.gz && truncate -s 500000 cut.gz");
  shell("xz -kc disk > cut.xz && truncate -s 500000 cut.xz");
  shell("zstd -c disk > cut.zst && truncate -s 500000 cut.zst");
  shell("bzip2 -kc disk > cut.bz2 && truncate -s 500000 cut.bz2");
  shell("qemu-img convert -O vhdx disk cut.vhdx && truncate -s 1200000 cut.vhdx");
  for (const char* name : {"cut.gz", "cut.xz", "cut.zst", "cut.bz2", "cut.vhdx"}) {
    const auto refused = add(name);
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().kind, ErrorKind::invalid) << name << ": " << refused.error().message;
  }
  expect_nothing_left();
}

TEST_F(ImporterTest, bombs_are_refused) {
  shell("qemu-img create -f qcow2 bomb.qcow2 1P");
  shell("qemu-img create -f vdi huge.vdi 127T");
  for (const char* name : {"bomb.qcow2", "huge.vdi"}) {
    const auto refused = add(name);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("64")) << refused.error().message;
  }
  expect_nothing_left();
}

TEST_F(ImporterTest, the_sum_is_told_and_checked) {
  shell("gzip -kc disk > disk.gz && sha256sum disk.gz | cut -c1-64 | tr a-f A-F > sum");
  std::string sum;
  std::ifstream(folder_ / "sum") >> sum;
  const std::string right = parse_sha256(sum).value();
  ImportOrder order{.name = "image", .source = folder_ / "disk.gz", .sha256 = std::string(64, '0')};
  const auto refused = importer_.import_file(order, {});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr(right));
  expect_nothing_left();
  order.sha256 = right;
  EXPECT_EQ(importer_.import_file(order, {}).value().sha256, right);
}

TEST_F(ImporterTest, whoever_has_enough_ends_it) {
  shell("gzip -kc disk > disk.gz");
  const auto ended = importer_.import_file({.name = "image", .source = folder_ / "disk.gz"},
                                           [](std::string_view step, ByteCount, ByteCount) -> Result<void> {
                                             if (step == "unpacking") return fail(ErrorKind::unavailable, "enough");
                                             return {};
                                           });
  EXPECT_EQ(ended.error().message, "enough");
  expect_nothing_left();
}

TEST(ParseSha256, takes_64_digits) {
  EXPECT_TRUE(parse_sha256(std::string(64, 'A')));
  EXPECT_FALSE(parse_sha256(std::string(63, 'a')));
  EXPECT_FALSE(parse_sha256(std::string(64, 'g')));
}

TEST(ParsePercent, takes_the_last_one) {
  EXPECT_EQ(parse_percent("    (0.00/100%)\r    (12.50/100%)\r"), 1250);
  EXPECT_EQ(parse_percent("nothing"), -1);
  EXPECT_EQ(parse_percent("(x/100%)"), -1);
  EXPECT_EQ(parse_percent("(900/100%)"), -1);
}

}  // namespace
}  // namespace bootferry::incoming
