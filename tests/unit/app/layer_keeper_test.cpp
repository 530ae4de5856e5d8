// SPDX-License-Identifier: Apache-2.0
// The lives of overlays on real files: what machines see at each boot, who is refused, and what a kill leaves behind.
#include "app/layer_keeper.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "boot/image_plans.hpp"
#include "boot/overlay_plans.hpp"
#include "house.hpp"

namespace bootferry::app {
namespace {

using boot::DriveMode;
using testing::HasSubstr;

const MacAddress pc1{{0x52, 0x54, 0, 0, 0, 1}};
const MacAddress pc2{{0x52, 0x54, 0, 0, 0, 2}};
constexpr ByteCount disk_size = mib(1);

boot::Drive drive(DriveMode mode, std::string image = "win") { return {std::move(image), mode, {}}; }
const boot::OverlayKey own{pc1, "win", DriveMode::private_overlay};

struct LayerKeeperTest : testing::Test, House {
  LayerKeeperTest() {
    add_image("win", disk_size);
    one = add_client(pc1, "pc1", {drive(DriveMode::private_overlay)});
    two = add_client(pc2, "pc2", {drive(DriveMode::private_overlay)});
  }
  Result<OpenedDisk> open(const boot::Client& client, DriveMode mode, const std::string& boot = "") {
    return keeper().open(client, drive(mode), boot);
  }
  std::string why(const Result<OpenedDisk>& disk) { return disk ? "" : disk.error().message; }
  void write(const OpenedDisk& disk, std::uint8_t byte, std::uint64_t at = 0) {
    ASSERT_TRUE(disk.opened.device->write({at}, Bytes(4096, byte)));
    ASSERT_TRUE(disk.opened.device->flush());
  }
  int first_byte(const OpenedDisk& disk, std::uint64_t at = 0) {
    Bytes bytes(512);
    if (!disk.opened.device->read({at}, bytes)) return -1;
    return bytes[0];
  }
  /// What the machine finds when it boots now.
  int finds(const boot::Client& client, DriveMode mode, const std::string& boot = "", std::uint64_t at = 0) {
    const auto disk = open(client, mode, boot);
    EXPECT_TRUE(disk) << why(disk);
    return disk ? first_byte(*disk, at) : -1;
  }
  /// The machine boots, writes and is switched off.
  void writes(const boot::Client& client, DriveMode mode, std::uint8_t byte, std::uint64_t at = 0) {
    const auto disk = open(client, mode);
    ASSERT_TRUE(disk) << why(disk);
    write(*disk, byte, at);
  }

  boot::Client one, two;
};

TEST_F(LayerKeeperTest, two_machines_on_one_image_see_their_own_changes_only) {
  const auto first = open(one, DriveMode::private_overlay), second = open(two, DriveMode::private_overlay);
  ASSERT_TRUE(first && second);
  write(*first, 1);
  write(*second, 2);
  EXPECT_EQ(first_byte(*first), 1);
  EXPECT_EQ(first_byte(*second), 2);
  EXPECT_EQ(finds(one, DriveMode::readonly), 0);
}

TEST_F(LayerKeeperTest, a_private_overlay_is_kept_over_a_restart_and_a_change_of_the_drive) {
  writes(one, DriveMode::private_overlay, 7);
  restart();
  EXPECT_EQ(finds(one, DriveMode::fresh_overlay, "boot 1"), 0);
  EXPECT_EQ(finds(one, DriveMode::private_overlay), 7);
}

TEST_F(LayerKeeperTest, a_fresh_overlay_is_clean_at_each_boot_and_the_same_at_each_login_of_one) {
  {
    const auto firmware = open(one, DriveMode::fresh_overlay, "boot 1");
    ASSERT_TRUE(firmware);
    write(*firmware, 9);
  }
  EXPECT_EQ(finds(one, DriveMode::fresh_overlay, "boot 1"), 9) << "its system logs in again";
  restart();
  EXPECT_EQ(finds(one, DriveMode::fresh_overlay, "boot 1"), 9) << "also after the server was killed";
  EXPECT_EQ(finds(one, DriveMode::fresh_overlay, "boot 2"), 0);
  EXPECT_EQ(files().size(), 1u) << "the old one is gone";
}

TEST_F(LayerKeeperTest, a_boot_while_the_last_one_still_holds_its_disk_gets_a_clean_one) {
  const auto old = open(one, DriveMode::fresh_overlay, "boot 1");
  ASSERT_TRUE(old);
  write(*old, 9);
  const auto now = open(one, DriveMode::fresh_overlay, "boot 2");
  ASSERT_TRUE(now);
  EXPECT_EQ(first_byte(*now), 0);
  EXPECT_EQ(first_byte(*old), 9);
  EXPECT_NE(old->layer.id, now->layer.id);
}

TEST_F(LayerKeeperTest, machines_that_prove_nothing_boot_when_they_are_given_a_script) {
  const auto boot = [&] { return keeper().boot_of(pc1); };
  writes(one, DriveMode::fresh_overlay, 5);
  EXPECT_EQ(finds(one, DriveMode::fresh_overlay, boot()), 5);
  keeper().on_boot_script(pc1);
  EXPECT_EQ(finds(one, DriveMode::fresh_overlay, boot()), 0);
}

TEST_F(LayerKeeperTest, a_running_reader_stays_on_its_version) {
  const auto reader = open(one, DriveMode::readonly, "boot 1");
  ASSERT_TRUE(reader);
  writes(two, DriveMode::private_overlay, 3);
  const boot::OverlayKey theirs{pc2, "win", DriveMode::private_overlay};
  ASSERT_TRUE(keeper().carry_out([&](const auto& facts) { return boot::plan_apply(facts, theirs, ""); }));
  EXPECT_EQ(first_byte(*reader), 0);
  EXPECT_EQ(finds(one, DriveMode::readonly, "boot 1"), 0) << "it logs in again";
  EXPECT_EQ(finds(one, DriveMode::readonly, "boot 2"), 3);
}

TEST_F(LayerKeeperTest, a_master_is_refused_while_others_have_the_image_and_they_while_it_writes) {
  const auto reader = open(one, DriveMode::readonly, "boot 1");
  ASSERT_TRUE(reader);
  EXPECT_THAT(why(open(two, DriveMode::master)), HasSubstr(pc1.to_string()));
}

TEST_F(LayerKeeperTest, while_a_master_writes_nobody_else_boots_from_the_image) {
  const auto master = open(two, DriveMode::master);
  ASSERT_TRUE(master);
  for (const DriveMode mode : {DriveMode::readonly, DriveMode::private_overlay, DriveMode::fresh_overlay})
    EXPECT_THAT(why(open(one, mode, "boot 1")), HasSubstr(pc2.to_string())) << boot::name_of(mode);
}

TEST_F(LayerKeeperTest, a_master_waits_for_private_overlays_and_lets_fresh_ones_of_machines_that_are_off_go) {
  (void)open(one, DriveMode::fresh_overlay, "boot 1");
  writes(two, DriveMode::master, 4);
  EXPECT_TRUE(files().empty());
  EXPECT_EQ(finds(one, DriveMode::private_overlay), 4);
  EXPECT_THAT(why(open(two, DriveMode::master)), HasSubstr("the private overlay of pc1"));
  ASSERT_TRUE(keeper().carry_out([&](const auto& facts) { return boot::plan_publish(facts, "win", "", {}); }));
  writes(two, DriveMode::master, 6);
  EXPECT_EQ(finds(one, DriveMode::private_overlay), 4) << "its version is as it was";
}

TEST_F(LayerKeeperTest, what_a_machine_has_open_is_not_changed_under_it) {
  const auto disk = open(one, DriveMode::private_overlay);
  ASSERT_TRUE(disk);
  const auto before = registry().snapshot()->overlays;
  for (const auto& planner :
       std::vector<LayerKeeper::Planner>{[](const auto& facts) { return boot::plan_snapshot(facts, own, ""); },
                                         [](const auto& facts) { return boot::plan_apply(facts, own, ""); },
                                         [](const auto& facts) { return boot::plan_clone_overlay(facts, own, "copy"); },
                                         [](const auto& facts) { return boot::plan_discard(facts, own); }}) {
    const auto done = keeper().carry_out(planner);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, ErrorKind::conflict);
    EXPECT_THAT(done.error().message, HasSubstr(pc1.to_string()));
  }
  EXPECT_EQ(registry().snapshot()->overlays, before);
  EXPECT_EQ(files(), known_files());
}

TEST_F(LayerKeeperTest, a_quota_is_met_with_no_space_and_hurts_nothing_else) {
  boot::Drive limited = drive(DriveMode::private_overlay);
  limited.quota = mib(16);
  add_image("big", mib(64));
  limited.image = "big";
  one = add_client(pc1, "pc1", {limited});
  const auto disk = keeper().open(one, limited, "");
  ASSERT_TRUE(disk);
  Result<void> written;
  std::uint64_t at = 0;
  for (; written && at < mib(64).value; at += 65536) written = disk->opened.device->write({at}, Bytes(65536, 1));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::exhausted);
  EXPECT_GT(at, mib(12).value);
  EXPECT_EQ(first_byte(*disk), 1);
  ASSERT_TRUE(disk->opened.device->flush());
  EXPECT_TRUE(is_clean());
  ASSERT_TRUE(disk->opened.device->trim({0}, mib(8)));
  ASSERT_TRUE(disk->opened.device->flush());
  EXPECT_TRUE(disk->opened.device->write({mib(40).value}, Bytes(65536, 2))) << "space that was given back counts";
}

/// Each verb, killed before each of its steps: what machines find is what it was before, or after, and no file is left.
TEST_F(LayerKeeperTest, a_kill_at_any_step_leaves_before_or_after) {
  struct Verb {
    const char* name;
    LayerKeeper::Planner planner;
  };
  const std::vector<Verb> verbs{
      {"snapshot", [](const auto& facts) { return boot::plan_snapshot(facts, own, "a"); }},
      {"apply", [](const auto& facts) { return boot::plan_apply(facts, own, "b"); }},
      {"publish", [](const auto& facts) { return boot::plan_publish(facts, "win", "c", {}); }},
      {"rebase", [](const auto& facts) { return boot::plan_rebase(facts, own); }},
      {"rollback", [](const auto& facts) { return boot::plan_rollback(facts, own, 1); }},
      {"clone", [](const auto& facts) { return boot::plan_clone_overlay(facts, own, "copy"); }},
      {"clone image", [](const auto& facts) { return boot::plan_clone_image(facts, "win", "copy2", {}); }},
      {"remove snapshot", [](const auto& facts) { return boot::plan_remove_snapshot(facts, own, 1); }},
      {"discard", [](const auto& facts) { return boot::plan_discard(facts, own); }},
  };
  writes(one, DriveMode::private_overlay, 8);
  for (const Verb& verb : verbs) {
    SCOPED_TRACE(verb.name);
    for (int step = 1; step <= 3; ++step) {
      SCOPED_TRACE(step);
      const auto before = *registry().snapshot();
      kill_after(step);
      EXPECT_THROW((void)keeper().carry_out(verb.planner), Killed);
      restart();
      const auto now = *registry().snapshot();
      const bool is_before = now.overlays == before.overlays && now.layers == before.layers;
      EXPECT_EQ(is_before, step < 3) << "the transaction is the one moment of change";
      EXPECT_EQ(files(), known_files()) << "a file is left over, or missing";
      EXPECT_TRUE(is_clean());
    }
  }
  EXPECT_EQ(finds(one, DriveMode::private_overlay), 8) << "discarded, but applied before that";
  EXPECT_EQ(finds(two, DriveMode::private_overlay), 8);
}

TEST_F(LayerKeeperTest, a_removed_image_takes_its_files_along_also_when_the_server_is_killed_in_between) {
  writes(one, DriveMode::private_overlay, 1);
  ASSERT_TRUE(keeper().carry_out([](const auto& facts) { return boot::plan_discard(facts, own); }));
  ASSERT_TRUE(registry().put_client([] {
    boot::Client client;
    client.mac = pc1;
    return client;
  }()));
  ASSERT_TRUE(registry().put_client([] {
    boot::Client client;
    client.mac = pc2;
    return client;
  }()));
  kill_after(3);  // committed, and nothing swept yet
  EXPECT_THROW((void)keeper().carry_out([](const auto& facts) { return boot::plan_remove_image(facts, "win"); }),
               Killed);
  EXPECT_TRUE(std::filesystem::exists(folder() / "images/win.raw"));
  restart();
  EXPECT_FALSE(std::filesystem::exists(folder() / "images/win.raw"));
  EXPECT_TRUE(registry().snapshot()->layers.empty());
  EXPECT_TRUE(registry().dropped_files().empty());
}

TEST_F(LayerKeeperTest, layers_that_the_database_has_forgotten_are_left_alone_when_they_hold_something) {
  writes(one, DriveMode::private_overlay, 1);
  const std::string file = *files().begin();
  const auto image = folder() / "images";
  std::filesystem::copy_file(image / file, image / "layers/90.qcow2");
  ASSERT_TRUE(library().make_layer({"layers/91.qcow2", disk_size, "win.raw", "raw"}));
  restart();
  EXPECT_TRUE(files().contains("layers/90.qcow2"));
  EXPECT_FALSE(files().contains("layers/91.qcow2")) << "nothing was ever written to it: a crash made it";
  EXPECT_GT(registry().new_layer_id().value, 90) << "its name must not be given to another";
}

TEST_F(LayerKeeperTest, a_new_file_of_a_dropped_name_is_not_swept) {
  const auto now = registry().snapshot();
  boot::LayerEdit edit;
  edit.remove_images = {"spare"};
  add_image("spare", disk_size);
  ASSERT_TRUE(registry().change(edit));
  ASSERT_TRUE(library().remove("spare"));
  ASSERT_EQ(registry().dropped_files().size(), 1u) << "a crash came before it was forgotten";
  add_image("spare", disk_size);
  keeper().sweep();
  EXPECT_TRUE(std::filesystem::exists(folder() / "images/spare.raw"));
}

TEST_F(LayerKeeperTest, an_overlay_that_is_damaged_can_be_discarded_and_one_that_is_being_wiped_is_not_kept) {
  writes(one, DriveMode::private_overlay, 1);
  const auto mark = library().sanitize_mark(sanitize_mark_of(registry().snapshot()->overlays.at(own).layer));
  std::ofstream(mark) << "begun";
  const auto kept = keeper().carry_out([](const auto& facts) { return boot::plan_snapshot(facts, own, ""); });
  ASSERT_FALSE(kept);
  EXPECT_THAT(kept.error().message, HasSubstr("SANITIZE"));
  std::ofstream(folder() / "images" / *files().begin()) << "this is no qcow2 file";
  EXPECT_TRUE(keeper().carry_out([](const auto& facts) { return boot::plan_discard(facts, own); }));
  EXPECT_FALSE(std::filesystem::exists(mark)) << "it would wipe the next layer of this number";
  EXPECT_TRUE(files().empty());
}

TEST_F(LayerKeeperTest, a_snapshot_after_a_grow_that_was_not_noted_keeps_the_whole_disk) {
  writes(one, DriveMode::private_overlay, 1);
  const auto registry_before = registry().snapshot();
  const auto stack = files_of(registry_before->stack_of(registry_before->overlays.at(own).layer));
  ASSERT_TRUE(library().grow_layer(stack, mib(2)));  // and the server dies
  ASSERT_TRUE(keeper().carry_out([](const auto& facts) { return boot::plan_snapshot(facts, own, ""); }));
  const auto disk = open(one, DriveMode::private_overlay);
  ASSERT_TRUE(disk);
  EXPECT_EQ(disk->opened.device->size(), mib(2));
}

}  // namespace
}  // namespace bootferry::app
