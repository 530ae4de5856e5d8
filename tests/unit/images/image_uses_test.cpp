// SPDX-License-Identifier: Apache-2.0
// The sharing rule alone: who may have which file open beside whom, and what the refused are told.
#include "images/image_uses.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bootferry::images {
namespace {

using Role = ImageUses::Role;
using testing::ElementsAre;

class ImageUsesTest : public testing::Test {
 protected:
  Result<std::shared_ptr<void>> enter(const std::string& holder, Role role, bool own_readers = true) {
    return uses_->enter({{"win.raw", "image win", role, own_readers}}, holder);
  }
  const std::shared_ptr<ImageUses> uses_ = std::make_shared<ImageUses>();
};

TEST_F(ImageUsesTest, what_lies_below_a_disk_is_written_to_by_nobody_not_even_its_holder) {
  const auto above = enter("pc1", Role::below);
  ASSERT_TRUE(above);
  EXPECT_TRUE(enter("pc2", Role::below));
  EXPECT_TRUE(enter("pc2", Role::read));
  for (const char* holder : {"pc1", "pc2"}) {
    const auto refused = enter(holder, Role::write);
    ASSERT_FALSE(refused) << holder;
    EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
    EXPECT_EQ(refused.error().message,
              "Image win carries the disks of pc1, which are in use; it cannot be written to now.");
  }
  EXPECT_FALSE(uses_->check_top("win.raw", "image win"));
  EXPECT_FALSE(uses_->claim("win.raw", "image win"));
}

TEST_F(ImageUsesTest, nothing_is_laid_on_what_is_written_to) {
  const auto writer = enter("pc1", Role::write);
  ASSERT_TRUE(writer);
  for (const char* holder : {"pc1", "pc2"}) {
    const auto refused = enter(holder, Role::below);
    ASSERT_FALSE(refused) << holder;
    EXPECT_EQ(refused.error().message, "Image win is in use for writing by pc1.");
  }
  EXPECT_TRUE(uses_->check_top("win.raw", "image win"));
  EXPECT_TRUE(enter("pc1", Role::read)) << "its own";
}

TEST_F(ImageUsesTest, a_format_with_tables_has_no_writer_beside_its_own_reader) {
  const auto reader = enter("pc1", Role::read);
  ASSERT_TRUE(reader);
  EXPECT_TRUE(enter("pc1", Role::write, true));
  EXPECT_FALSE(enter("pc1", Role::write, false));
}

TEST_F(ImageUsesTest, all_files_of_a_disk_or_none) {
  const auto writer = uses_->enter({{"b", "layer b", Role::write}}, "pc1");
  ASSERT_TRUE(writer);
  const auto refused = uses_->enter({{"a", "layer a", Role::write}, {"b", "layer b", Role::below}}, "pc2");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "Layer b is in use for writing by pc1.");
  EXPECT_THAT(uses_->holders("a"), ElementsAre());
}

TEST_F(ImageUsesTest, a_claim_keeps_everybody_out_until_it_is_gone) {
  auto claim = uses_->claim("win.raw", "image win");
  ASSERT_TRUE(claim);
  EXPECT_EQ(enter("pc1", Role::read).error().message, "Image win is just being made or removed.");
  EXPECT_FALSE(uses_->claim("win.raw", "image win"));
  claim->reset();
  auto user = enter("pc1", Role::read);
  ASSERT_TRUE(user);
  EXPECT_EQ(uses_->claim("win.raw", "image win").error().message, "Image win is in use by pc1.");
  user->reset();
  EXPECT_TRUE(uses_->claim("win.raw", "image win"));
}

}  // namespace
}  // namespace bootferry::images
