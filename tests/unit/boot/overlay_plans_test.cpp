// SPDX-License-Identifier: Apache-2.0
// What each verb would change, and what it refuses: pure, on a registry in memory.
#include "boot/overlay_plans.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "boot/image_plans.hpp"

namespace bootferry::boot {
namespace {

using testing::HasSubstr;

const MacAddress pc1{{0x52, 0x54, 0, 0, 0, 1}};
const MacAddress pc2{{0x52, 0x54, 0, 0, 0, 2}};
const OverlayKey own{pc1, "win", DriveMode::private_overlay};
const OverlayKey others{pc2, "win", DriveMode::private_overlay};
const OverlayKey fresh{pc1, "win", DriveMode::fresh_overlay};
const Drive private_drive{"win", DriveMode::private_overlay, {}};

struct OverlayPlans : testing::Test {
  OverlayPlans() {
    registry.layers[{1}] = {{1}, {}, "win.raw", "raw", mib(64), {}};
    Image image{"win", "raw", "win.raw", mib(64)};
    image.versions = {{1, {1}, "", {}}};
    registry.images["win"] = image;
    for (const auto& [mac, name] : {std::pair{pc1, "pc1"}, std::pair{pc2, "pc2"}}) {
      registry.clients[mac].mac = mac;
      registry.clients[mac].name = name;
      registry.clients[mac].set_boot(Disks{{private_drive}});
    }
  }
  PlanFacts facts() { return {registry, {}, {next++}}; }
  /// Does what was planned; the error's sentence when nothing was.
  std::string done(const Result<LayerPlan>& plan) {
    if (!plan) return plan.error().message;
    apply(plan->edit, registry);
    return "";
  }
  std::vector<std::int64_t> stack(LayerId top) {
    std::vector<std::int64_t> ids;
    for (const Layer& layer : registry.stack_of(top)) ids.push_back(layer.id.value);
    return ids;
  }
  const Overlay& overlay(const OverlayKey& key = own) { return registry.overlays.at(key); }
  const Image& win() { return registry.images.at("win"); }

  RegistrySnapshot registry;
  std::int64_t next = 2;
};

using Ids = std::vector<std::int64_t>;

TEST_F(OverlayPlans, the_first_boot_puts_an_empty_layer_on_the_current_version) {
  const auto plan = plan_new_overlay(facts(), own, "");
  ASSERT_TRUE(plan);
  ASSERT_TRUE(plan->new_layer);
  EXPECT_EQ(plan->new_layer->file, "layers/2.qcow2");
  EXPECT_EQ(plan->new_layer->size, mib(64));
  EXPECT_EQ(plan->writers_off, LayerId{1}) << "a master that writes below would show through";
  ASSERT_EQ(done(plan), "");
  EXPECT_EQ(stack(top_layer(registry, pc1, private_drive)), (Ids{2, 1}));
}

TEST_F(OverlayPlans, a_new_boot_of_a_fresh_overlay_lets_the_old_layer_go) {
  ASSERT_EQ(done(plan_new_overlay(facts(), fresh, "boot 1")), "");
  ASSERT_EQ(done(plan_new_overlay(facts(), fresh, "boot 2")), "");
  EXPECT_EQ(overlay(fresh).boot, "boot 2");
  EXPECT_EQ(stack(overlay(fresh).layer), (Ids{3, 1}));
  EXPECT_FALSE(registry.layers.contains({2}));
}

TEST_F(OverlayPlans, a_snapshot_freezes_the_layer_and_a_rollback_begins_on_it_again) {
  ASSERT_EQ(done(plan_new_overlay(facts(), own, "")), "");
  ASSERT_EQ(done(plan_snapshot(facts(), own, "before the game")), "");
  EXPECT_EQ(stack(overlay().layer), (Ids{3, 2, 1}));
  ASSERT_EQ(overlay().snapshots.size(), 1u);
  EXPECT_EQ(overlay().snapshots[0].layer, LayerId{2});
  EXPECT_EQ(overlay().snapshots[0].comment, "before the game");
  ASSERT_EQ(done(plan_rollback(facts(), own, 1)), "");
  EXPECT_EQ(stack(overlay().layer), (Ids{4, 2, 1}));
  EXPECT_FALSE(registry.layers.contains({3})) << "what came after the snapshot is gone";
  ASSERT_EQ(done(plan_remove_snapshot(facts(), own, 1)), "");
  EXPECT_EQ(stack(overlay().layer), (Ids{4, 2, 1})) << "it still lies on the layer";
  EXPECT_THAT(done(plan_rollback(facts(), own, 1)), HasSubstr("no snapshot 1"));
}

TEST_F(OverlayPlans, what_is_applied_is_the_next_version_and_others_are_behind_until_they_are_rebased) {
  ASSERT_EQ(done(plan_new_overlay(facts(), own, "")), "");
  ASSERT_EQ(done(plan_new_overlay(facts(), others, "")), "");
  ASSERT_EQ(done(plan_apply(facts(), own, "with Word")), "");
  EXPECT_EQ(win().current().number, 2u);
  EXPECT_EQ(win().current().layer, LayerId{2});
  EXPECT_EQ(win().current().comment, "with Word");
  EXPECT_EQ(overlay().version, 2u);
  EXPECT_EQ(stack(overlay().layer), (Ids{4, 2, 1}));
  EXPECT_EQ(overlay(others).version, 1u);
  EXPECT_EQ(stack(overlay(others).layer), (Ids{3, 1})) << "it stays on what it was made on";
  EXPECT_THAT(done(plan_apply(facts(), others, "")), HasSubstr("would undo"));
  ASSERT_EQ(done(plan_rebase(facts(), others)), "");
  EXPECT_EQ(overlay(others).version, 2u);
  EXPECT_EQ(stack(overlay(others).layer), (Ids{6, 2, 1}));
  ASSERT_EQ(overlay(others).snapshots.size(), 1u) << "nothing is lost";
  EXPECT_EQ(overlay(others).snapshots[0].layer, LayerId{3});
  EXPECT_EQ(overlay(others).snapshots[0].version, 1u);
  ASSERT_EQ(done(plan_rollback(facts(), others, 1)), "");
  EXPECT_EQ(overlay(others).version, 1u);
  EXPECT_THAT(done(plan_rebase(facts(), own)), HasSubstr("already"));
}

TEST_F(OverlayPlans, a_clone_shares_what_it_is_made_of) {
  ASSERT_EQ(done(plan_new_overlay(facts(), own, "")), "");
  ASSERT_EQ(done(plan_clone_overlay(facts(), own, "win-pc1")), "");
  EXPECT_EQ(stack(registry.images.at("win-pc1").current().layer), (Ids{2, 1}));
  EXPECT_EQ(stack(overlay().layer), (Ids{3, 2, 1}));
  ASSERT_EQ(done(plan_clone_image(facts(), "win", "win2", {})), "");
  EXPECT_EQ(stack(registry.images.at("win2").current().layer), (Ids{4, 1}));
  EXPECT_THAT(done(plan_clone_image(facts(), "win", "win2", {})), HasSubstr("already an image win2"));
  ASSERT_EQ(done(plan_snapshot(facts(), own, "")), "");
  ASSERT_EQ(done(plan_clone_overlay(facts(), own, "third")), "");
  ASSERT_EQ(done(plan_remove_image(facts(), "third")), "") << "its layers are needed, its name is not";
  EXPECT_TRUE(registry.layers.contains(overlay().snapshots[0].layer));
  ASSERT_EQ(done(plan_discard(facts(), own)), "");
  registry.clients.clear();
  EXPECT_THAT(done(plan_remove_image(facts(), "win")), HasSubstr("version 1 of image win-pc1"));
  ASSERT_EQ(done(plan_remove_image(facts(), "win-pc1")), "");
  ASSERT_EQ(done(plan_remove_image(facts(), "win2")), "");
  ASSERT_EQ(done(plan_remove_image(facts(), "win")), "");
  EXPECT_TRUE(registry.layers.empty());
}

TEST_F(OverlayPlans, an_image_in_use_is_not_removed_and_the_names_are_told) {
  ASSERT_EQ(done(plan_new_overlay(facts(), own, "")), "");
  const std::string why = done(plan_remove_image(facts(), "win"));
  EXPECT_THAT(why, HasSubstr("the drives of pc1 (52:54:00:00:00:01)"));
  EXPECT_THAT(why, HasSubstr("the drives of pc2"));
  EXPECT_THAT(why, HasSubstr("the private overlay of pc1"));
}

TEST_F(OverlayPlans, a_master_writes_only_where_nothing_lies_on_it) {
  EXPECT_FALSE(find_master_objection(registry, "win"));
  ASSERT_EQ(done(plan_new_overlay(facts(), fresh, "boot 1")), "");
  EXPECT_FALSE(find_master_objection(registry, "win")) << "a fresh overlay is let go of";
  ASSERT_EQ(done(plan_new_overlay(facts(), own, "")), "");
  EXPECT_THAT(find_master_objection(registry, "win").value_or(""), HasSubstr("the private overlay of pc1"));
  ASSERT_EQ(done(plan_publish(facts(), "win", "", {})), "");
  EXPECT_FALSE(find_master_objection(registry, "win"));
  EXPECT_EQ(stack(top_layer(registry, pc1, {"win", DriveMode::master, {}})), (Ids{4, 1}));
}

TEST_F(OverlayPlans, an_older_version_can_become_the_newest_and_unused_ones_be_removed) {
  ASSERT_EQ(done(plan_publish(facts(), "win", "two", {})), "");
  ASSERT_EQ(done(plan_publish(facts(), "win", "", 1)), "");
  EXPECT_EQ(win().current().number, 3u);
  EXPECT_EQ(stack(win().current().layer), (Ids{3, 1}));
  EXPECT_THAT(done(plan_remove_version(facts(), "win", 3)), HasSubstr("the current one"));
  ASSERT_EQ(done(plan_remove_version(facts(), "win", 2)), "");
  EXPECT_FALSE(registry.layers.contains({2}));
  ASSERT_EQ(done(plan_remove_version(facts(), "win", 1)), "");
  EXPECT_TRUE(registry.layers.contains({1})) << "version 3 lies on it";
  EXPECT_EQ(win().versions.size(), 1u);
}

TEST_F(OverlayPlans, a_version_with_an_overlay_is_not_removed) {
  ASSERT_EQ(done(plan_new_overlay(facts(), own, "")), "");
  ASSERT_EQ(done(plan_publish(facts(), "win", "two", {})), "");
  EXPECT_THAT(done(plan_remove_version(facts(), "win", 1)), HasSubstr("the private overlay of pc1"));
}

TEST_F(OverlayPlans, layers_lie_only_so_deep_on_each_other) {
  ASSERT_EQ(done(plan_new_overlay(facts(), own, "")), "");
  std::string why;
  while (why.empty()) why = done(plan_snapshot(facts(), own, ""));
  EXPECT_THAT(why, HasSubstr("no more may"));
  EXPECT_EQ(stack(overlay().layer).size(), max_depth);
}

TEST_F(OverlayPlans, bad_words_are_refused) {
  ASSERT_EQ(done(plan_new_overlay(facts(), own, "")), "");
  EXPECT_THAT(done(plan_snapshot(facts(), own, "two\nlines")), HasSubstr("one line"));
  EXPECT_THAT(done(plan_clone_overlay(facts(), own, "../etc")), HasSubstr("not an image name"));
  EXPECT_THAT(done(plan_discard(facts(), fresh)), HasSubstr("no fresh overlay"));
  EXPECT_THAT(done(plan_apply(facts(), others, "")), HasSubstr("no private overlay"));
}

}  // namespace
}  // namespace bootferry::boot
