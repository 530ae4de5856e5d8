// SPDX-License-Identifier: Apache-2.0
// Floppies for MEMDISK: whole, in the version that counts, and none that does not fit into a PC's memory.
#include "app/floppy_reader.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "support/memory_registry.hpp"
#include "support/temporary_folder.hpp"

namespace bootferry::app {
namespace {

constexpr ByteCount floppy_size{1'474'560};

struct FloppyReaderTest : testing::Test {
  test::TemporaryFolder folder;
  test::MemoryRegistry registry;
  images::ImageLibrary library{folder.path()};
  FloppyReader reader{registry, folder.path()};

  [[nodiscard]] std::filesystem::path file_of(const std::string& image) {
    return folder.path() / registry.now.layers.at(registry.now.images.at(image).current().layer).file;
  }
};

TEST_F(FloppyReaderTest, AFloppyComesWholeAndAsItIsNow) {
  registry.add_image(library, "dos", floppy_size);
  std::string content(floppy_size.value, '\0');
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i * 7 / 512);
  std::ofstream(file_of("dos"), std::ios::binary | std::ios::in | std::ios::out) << content;
  const auto bytes = reader.read_floppy("dos");
  ASSERT_TRUE(bytes) << bytes.error().message;
  EXPECT_TRUE(*bytes == content);
}

TEST_F(FloppyReaderTest, WhatIsNoFloppyIsRefusedBeforeItIsRead) {
  registry.add_image(library, "disk", mib(100));
  const auto large = reader.read_floppy("disk");
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().kind, ErrorKind::invalid);
  EXPECT_NE(large.error().message.find("100.0 MiB"), std::string::npos) << large.error().message;
  EXPECT_EQ(reader.read_floppy("nothing").error().kind, ErrorKind::not_found);
  registry.add_image(library, "bare", floppy_size);
  registry.now.images["bare"].versions.clear();
  EXPECT_EQ(reader.read_floppy("bare").error().kind, ErrorKind::not_found);
}

TEST_F(FloppyReaderTest, AFileThatIsGoneIsAnErrorAndNoFloppyOfZeros) {
  registry.add_image(library, "dos", floppy_size);
  std::filesystem::remove(file_of("dos"));
  EXPECT_FALSE(reader.read_floppy("dos"));
  registry.now.layers.clear();
  EXPECT_EQ(reader.read_floppy("dos").error().kind, ErrorKind::io);
}

}  // namespace
}  // namespace bootferry::app
