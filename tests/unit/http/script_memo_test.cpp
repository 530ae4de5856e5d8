// SPDX-License-Identifier: Apache-2.0
#include "http/script_memo.hpp"

#include <gtest/gtest.h>

namespace bootferry::http {
namespace {

const MacAddress pc1{{0x52, 0x54, 0, 0, 0, 1}};

struct ScriptMemoTest : testing::Test {
  ScriptMemo::World world{&settings, std::make_shared<boot::RegistrySnapshot>(),
                          std::make_shared<boot::LoaderCatalog::Files>()};
  ScriptMemo memo;
  std::shared_ptr<const MadeScript> made = std::make_shared<MadeScript>();

  static const inline boot::BootSettings settings{};
};

TEST_F(ScriptMemoTest, WhatWasMadeIsFoundByTheSameQuestionOnly) {
  EXPECT_EQ(memo.find(world, {pc1, {}, true, {}}), nullptr);
  memo.keep(world, {pc1, {}, true, {}}, made);
  EXPECT_EQ(memo.find(world, {pc1, {}, true, {}}), made);
  EXPECT_EQ(memo.find(world, {pc1, 0, true, {}}), nullptr);
  EXPECT_EQ(memo.find(world, {pc1, {}, false, {}}), nullptr);
  EXPECT_EQ(memo.find(world, {pc1, {}, true, Ipv4Address{1}}), nullptr);
  EXPECT_EQ(memo.find(world, {MacAddress{}, {}, true, {}}), nullptr);
}

TEST_F(ScriptMemoTest, EachChangeOfTheRegistryOrTheLoadersForgetsAll) {
  memo.keep(world, {pc1, {}, true, {}}, made);
  ScriptMemo::World edited = world;
  edited.registry = std::make_shared<boot::RegistrySnapshot>(*world.registry);
  EXPECT_EQ(memo.find(edited, {pc1, {}, true, {}}), nullptr) << "equal is not the same";
  edited = world;
  edited.loaders = std::make_shared<boot::LoaderCatalog::Files>();
  EXPECT_EQ(memo.find(edited, {pc1, {}, true, {}}), nullptr);
  memo.keep(edited, {pc1, 1, true, {}}, made);
  EXPECT_EQ(memo.find(edited, {pc1, {}, true, {}}), nullptr) << "it was of the world before";
}

TEST_F(ScriptMemoTest, ASnapshotThatIsGoneIsNotTakenForItsSuccessor) {
  memo.keep(world, {pc1, {}, true, {}}, made);
  for (int i = 0; i < 100; ++i) {  // the allocator would give the same place again
    world.registry.reset();
    world.registry = std::make_shared<boot::RegistrySnapshot>();
    ASSERT_EQ(memo.find(world, {pc1, {}, true, {}}), nullptr);
  }
}

TEST_F(ScriptMemoTest, StrangersDoNotFillTheMemory) {
  for (unsigned i = 0; i < 5000; ++i) memo.keep(world, {pc1, i, true, {}}, made);
  EXPECT_LE(made.use_count(), 1026);
}

TEST(FillHoles, PutsTheCredentialsWhereTheTemplateHasThem) {
  const std::string text =
      "set username " + std::string(user_hole) + "\nset password " + std::string(secret_hole) + "\n";
  EXPECT_EQ(fill_holes(text, "u.1", "s"), "set username u.1\nset password s\n");
  EXPECT_EQ(fill_holes(text + std::string(user_hole), "", "\x01"), "set username \nset password \x01\n");
  EXPECT_EQ(fill_holes("none", "u", "s"), "none");
}

}  // namespace
}  // namespace bootferry::http
