// SPDX-License-Identifier: Apache-2.0
// A stack of layers written into one file: what qemu-img reads there is what the stack shows.
#include "images/disk_export.hpp"

#include <fstream>

#include "images/image_library.hpp"
#include "qcow2_fixture.hpp"

namespace bootferry::images {
namespace {

struct DiskExport : testing::Test {
  DiskExport() {
    EXPECT_TRUE(library.create("base", mib(4)));
    EXPECT_TRUE(library.make_layer({"layers/2.qcow2", mib(4), "base.raw", "raw"}));
    const LayerFile layers[] = {{"layers/2.qcow2", "qcow2"}, {"base.raw", "raw"}};
    {
      const LayerFile base[] = {layers[1]};
      auto opened = library.open_stack(base, OpenMode::read_write, "test");
      EXPECT_TRUE(opened && opened->device->write({mib(1).value}, Bytes(65536, 'b')));
    }
    auto opened = library.open_stack(layers, OpenMode::read_write, "test");
    EXPECT_TRUE(opened && opened->device->write({mib(2).value + 512}, Bytes(4096, 'o')));
    EXPECT_TRUE(opened->device->zero({mib(1).value}, {4096}));
    stack = *opened;
  }
  static Result<void> go_on(ByteCount, ByteCount) { return {}; }

  test::TemporaryFolder folder;
  ImageLibrary library{folder.path() / "images"};
  Opened stack;
};

TEST_F(DiskExport, both_formats_hold_what_the_stack_shows) {
  const auto raw = folder.path() / "out.raw", packed = folder.path() / "out.qcow2";
  ASSERT_TRUE(export_disk(*stack.device, raw, ExportFormat::raw, go_on));
  ASSERT_TRUE(export_disk(*stack.device, packed, ExportFormat::qcow2, go_on));
  Bytes shown(mib(4).value), found(mib(4).value);
  ASSERT_TRUE(stack.device->read({0}, shown));
  std::ifstream in(raw, std::ios::binary);
  in.read(reinterpret_cast<char*>(found.data()), static_cast<std::streamsize>(found.size()));
  EXPECT_TRUE(shown == found);
  EXPECT_EQ(shown[mib(1).value], 0);
  EXPECT_EQ(shown[mib(1).value + 4096], 'b');
  EXPECT_TRUE(qcow2::runs("qemu-img compare -f raw -F qcow2 " + raw.string() + " " + packed.string()));
  EXPECT_TRUE(qcow2::runs("qemu-img check " + packed.string()));
  EXPECT_LT(std::filesystem::file_size(packed), mib(1).value) << "holes stay holes";
}

TEST_F(DiskExport, what_is_there_is_not_replaced) {
  const auto file = folder.path() / "out.raw";
  std::ofstream(file) << "mine";
  const auto done = export_disk(*stack.device, file, ExportFormat::raw, go_on);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::conflict);
  EXPECT_EQ(std::filesystem::file_size(file), 4u);
  EXPECT_EQ(check_export_target(file).error().kind, ErrorKind::conflict);
  EXPECT_EQ(check_export_target(folder.path() / "none" / "out").error().kind, ErrorKind::not_found);
  EXPECT_TRUE(check_export_target(folder.path() / "new"));
}

TEST_F(DiskExport, one_that_is_broken_off_leaves_nothing) {
  for (const ExportFormat format : {ExportFormat::raw, ExportFormat::qcow2}) {
    const auto done = export_disk(*stack.device, folder.path() / "out", format,
                                  [](ByteCount, ByteCount) { return fail(ErrorKind::unavailable, "stop"); });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, ErrorKind::unavailable);
    std::size_t entries = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) entries += entry.exists() ? 1 : 0;
    EXPECT_EQ(entries, 1u) << "the library's folder only";
  }
}

}  // namespace
}  // namespace bootferry::images
