// SPDX-License-Identifier: Apache-2.0
// Reading beside those who have a stack open: the same bytes, and nobody is kept from anything.
#include <gtest/gtest.h>

#include "images/image_library.hpp"
#include "images/open_beside.hpp"
#include "support/temporary_folder.hpp"

namespace bootferry::images {
namespace {

class OpenBesideTest : public testing::Test {
 protected:
  OpenBesideTest() {
    EXPECT_TRUE(library.create("base", mib(4)));
    EXPECT_TRUE(library.make_layer({"layers/1.qcow2", mib(4), "base.raw", "raw"}));
  }
  test::TemporaryFolder folder;
  ImageLibrary library{folder.path()};
  const std::vector<LayerFile> stack{{"layers/1.qcow2", "qcow2"}, {"base.raw", "raw"}};
};

TEST_F(OpenBesideTest, reads_all_layers_while_one_is_written_to) {
  auto writer = library.open_stack(stack, OpenMode::read_write, "pc1").value();
  ASSERT_TRUE(writer.device->write(mib(1), Bytes(4096, 7)));
  ASSERT_TRUE(writer.device->flush());
  const auto beside = open_beside(library.folder(), stack).value();
  EXPECT_FALSE(beside->capabilities().writable);
  EXPECT_EQ(beside->size(), mib(4));
  Bytes out(4096, 1);
  ASSERT_TRUE(beside->read({0}, out));
  EXPECT_EQ(out, Bytes(4096, 0));
  ASSERT_TRUE(writer.device->write(mib(2), Bytes(4096, 8)));
}

TEST_F(OpenBesideTest, keeps_nobody_from_it) {
  const auto beside = open_beside(library.folder(), stack).value();
  EXPECT_TRUE(library.claim_layer("layers/1.qcow2"));
  EXPECT_TRUE(library.open_stack(stack, OpenMode::read_write, "pc1"));
  EXPECT_TRUE(library.remove_layer("layers/1.qcow2"));
  EXPECT_TRUE(library.remove("base"));
}

TEST_F(OpenBesideTest, stays_in_the_folder) {
  EXPECT_FALSE(open_beside(library.folder(), std::vector<LayerFile>{{"../x.raw", "raw"}}));
  EXPECT_FALSE(open_beside(library.folder(), std::vector<LayerFile>{{"/etc/passwd", "raw"}}));
  EXPECT_FALSE(open_beside(library.folder(), std::vector<LayerFile>{}));
  EXPECT_FALSE(open_beside(library.folder(), std::vector<LayerFile>{{"none.raw", "raw"}}));
}

}  // namespace
}  // namespace bootferry::images
