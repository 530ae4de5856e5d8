// SPDX-License-Identifier: Apache-2.0
// Random lives of two machines on one image against plain byte arrays: write, zero, trim, flush, snapshot, rollback,
// rebase, apply, publish, clone, discard, and kills between the steps of each. qemu-img is the referee of the files.
// MODEL_ROUNDS sets how long; MODEL_SEED repeats a run.
#include <gtest/gtest.h>

#include <fstream>

#include "base/random.hpp"
#include "boot/image_plans.hpp"
#include "boot/overlay_plans.hpp"
#include "house.hpp"

namespace bootferry::app {
namespace {

using boot::DriveMode;

constexpr std::uint64_t disk_bytes = 1 << 20;
constexpr std::uint64_t grain = 4096;

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// What a machine should find, and what it could go back to.
struct Model {
  Bytes content = Bytes(disk_bytes, 0);
  std::map<unsigned, Bytes> snapshots;
  unsigned version = 0;  ///< 0: it has no overlay
};

struct LivesModel : testing::Test, House {
  LivesModel() {
    add_image("win", {disk_bytes});
    for (std::size_t i = 0; i < 2; ++i)
      clients[i] = add_client({{0x52, 0x54, 0, 0, 0, static_cast<std::uint8_t>(i)}}, i == 0 ? "pc0" : "pc1", {drive});
    versions[1] = Bytes(disk_bytes, 0);
  }
  std::uint64_t pick(std::uint64_t below) { return random.u32() % below; }
  boot::OverlayKey key(std::size_t who) const { return {clients[who].mac, "win", DriveMode::private_overlay}; }

  /// A boot: writes, zeroes, trims, and at its end all is as the model says.
  void boots(std::size_t who) {
    const auto disk = keeper().open(clients[who], drive, "");
    ASSERT_TRUE(disk) << disk.error().message;
    Model& model = models[who];
    if (model.version == 0) model.content = versions.rbegin()->second, model.version = versions.rbegin()->first;
    images::BlockDevice& device = *disk->opened.device;
    for (std::uint64_t i = pick(12); i > 0; --i) change(device, model);
    ASSERT_TRUE(device.flush());
    Bytes found(disk_bytes);
    ASSERT_TRUE(device.read({0}, found));
    ASSERT_TRUE(found == model.content) << "machine " << who << " finds other bytes than it should";
  }
  void change(images::BlockDevice& device, Model& model) {
    const std::uint64_t at = pick(disk_bytes / grain) * grain;
    const std::uint64_t length = std::min(disk_bytes - at, (1 + pick(40)) * grain);
    const auto place = model.content.begin() + static_cast<std::ptrdiff_t>(at);
    const auto byte = static_cast<std::uint8_t>(1 + pick(255));
    switch (pick(4)) {
      case 0:
        ASSERT_TRUE(device.zero({at}, {length}));
        std::fill_n(place, length, 0);
        break;
      case 1:
        ASSERT_TRUE(device.trim({at}, {length}));
        std::fill_n(place, length, 0);  // trimmed_reads_zero
        break;
      default:
        ASSERT_TRUE(device.write({at}, Bytes(length, byte)));
        std::fill_n(place, length, byte);
    }
  }

  /// Carries the plan out, or kills the server in the middle; was it done?
  bool is_done(const LayerKeeper::Planner& planner) {
    const bool deadly = pick(4) == 0;
    const int step = deadly ? static_cast<int>(1 + pick(3)) : 0;
    kill_after(step);
    try {
      const auto done = keeper().carry_out(planner);
      EXPECT_TRUE(done || done.error().kind == ErrorKind::exhausted) << done.error().message;  // too deep
      kill_after(0);
      return done.has_value();
    } catch (const Killed&) {
      restart();
      return step == 3;
    }
  }
  void lives(std::size_t who) {
    Model& model = models[who];
    if (model.version == 0) return boots(who);
    const auto now = registry().snapshot();
    const boot::Overlay* overlay = now->find_overlay(key(who));
    ASSERT_TRUE(overlay);
    const unsigned current = versions.rbegin()->first;
    const unsigned next_snapshot = overlay->snapshots.empty() ? 1 : overlay->snapshots.back().number + 1;
    switch (pick(8)) {
      case 0:
        if (is_done([&](const auto& facts) { return boot::plan_snapshot(facts, key(who), "one"); }))
          model.snapshots[next_snapshot] = model.content;
        break;
      case 1: {
        if (model.snapshots.empty()) break;
        const auto one = *std::next(model.snapshots.begin(), static_cast<std::ptrdiff_t>(pick(model.snapshots.size())));
        if (!is_done([&](const auto& facts) { return boot::plan_rollback(facts, key(who), one.first); })) break;
        model.content = one.second;
        model.version = registry().snapshot()->find_overlay(key(who))->version;
        break;
      }
      case 2:
        if (model.version == current) break;
        if (!is_done([&](const auto& facts) { return boot::plan_rebase(facts, key(who)); })) break;
        model.snapshots[next_snapshot] = model.content;
        model.content = versions.at(current);
        model.version = current;
        break;
      case 3:
        if (model.version != current) break;
        if (!is_done([&](const auto& facts) { return boot::plan_apply(facts, key(who), "two"); })) break;
        versions[current + 1] = model.content;
        model.version = current + 1;
        break;
      case 4: {
        const std::string name = "copy" + std::to_string(copies.size());
        if (is_done([&](const auto& facts) { return boot::plan_clone_overlay(facts, key(who), name); }))
          copies[name] = model.content;
        break;
      }
      case 5:
        if (pick(3) != 0) break;
        if (is_done([&](const auto& facts) { return boot::plan_discard(facts, key(who)); })) model = {};
        break;
      case 6:
        if (model.snapshots.empty()) break;
        if (const unsigned number = model.snapshots.begin()->first;
            is_done([&](const auto& facts) { return boot::plan_remove_snapshot(facts, key(who), number); }))
          model.snapshots.erase(number);
        break;
      default:
        restart();
    }
  }
  /// qemu-img reads the whole chain by the names in the files, and finds what the model has.
  void let_qemu_compare(const std::string& file, const Bytes& wanted) {
    const auto plain = folder() / "wanted.raw";
    std::ofstream(plain, std::ios::binary)
        .write(reinterpret_cast<const char*>(wanted.data()), static_cast<std::streamsize>(wanted.size()));
    const std::string format = file.ends_with(".raw") ? "raw" : "qcow2";
    const std::string command =
        "qemu-img compare -q -f " + format + " -F raw " + (folder() / "images" / file).string() + " " + plain.string();
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
  }

  SeededRandom random{setting("MODEL_SEED", 4)};
  const boot::Drive drive{"win", DriveMode::private_overlay, {}};
  boot::Client clients[2];
  Model models[2];
  std::map<unsigned, Bytes> versions;
  std::map<std::string, Bytes> copies;
};

TEST_F(LivesModel, machines_find_what_they_left_whatever_happens_to_the_server) {
  const std::uint64_t rounds = setting("MODEL_ROUNDS", 150);
  for (std::uint64_t round = 0; round < rounds && !HasFatalFailure(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    const std::size_t who = pick(2);
    pick(2) == 0 ? boots(who) : lives(who);
    ASSERT_EQ(files(), known_files());
    if (round % 25 == 24) {
      ASSERT_TRUE(is_clean());
    }
  }
  const auto now = registry().snapshot();
  for (std::size_t who = 0; who < 2; ++who) {
    const boot::Overlay* overlay = now->find_overlay(key(who));
    ASSERT_EQ(overlay != nullptr, models[who].version != 0);
    if (overlay) let_qemu_compare(now->layers.at(overlay->layer).file, models[who].content);
  }
  for (const boot::ImageVersion& version : now->find_image("win")->versions)
    let_qemu_compare(now->layers.at(version.layer).file, versions.at(version.number));
  for (const auto& [name, content] : copies)
    let_qemu_compare(now->layers.at(now->find_image(name)->current().layer).file, content);
}

}  // namespace
}  // namespace bootferry::app
