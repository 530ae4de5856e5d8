// SPDX-License-Identifier: Apache-2.0
// The registry on a real SQLite file, the library on real files and the keeper over both, which can be killed between
// two steps and started again.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "app/layer_keeper.hpp"
#include "base/worker_pool.hpp"
#include "boot/event_bus.hpp"
#include "db/migrate.hpp"
#include "db/registry.hpp"
#include "support/temporary_folder.hpp"

namespace bootferry::app {

/// What a kill looks like from inside.
struct Killed {};

class House {
 public:
  House() { start(); }

  /// The next plan dies before the step after `steps` others; 0: never.
  void kill_after(int steps) { fuse_ = steps; }
  /// As after kill -9: all that was in memory is gone.
  void restart() {
    stop();
    start();
  }
  void stop() { rooms_.reset(); }
  [[nodiscard]] LayerKeeper& keeper() { return rooms_->keeper; }
  [[nodiscard]] images::ImageLibrary& library() { return rooms_->library; }
  [[nodiscard]] db::Registry& registry() { return rooms_->registry; }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }

  void add_image(const std::string& name, ByteCount size) {
    ASSERT_TRUE(library().create(name, size));
    ASSERT_TRUE(registry().put_image({name, "raw", name + ".raw", size}));
  }
  boot::Client add_client(const MacAddress& mac, std::string name, std::vector<boot::Drive> drives) {
    boot::Client client;
    client.mac = mac;
    client.name = std::move(name);
    client.set_boot(boot::Disks{std::move(drives)});
    EXPECT_TRUE(registry().put_client(client));
    return client;
  }
  /// The files of layers that are there, and those that should be.
  [[nodiscard]] std::set<std::string> files() {
    const auto all = library().layer_files();
    return {all.begin(), all.end()};
  }
  [[nodiscard]] std::set<std::string> known_files() {
    const auto now = registry().snapshot();
    std::set<std::string> files;
    for (const auto& [id, layer] : now->layers) {
      if (layer.file.starts_with("layers/")) files.insert(layer.file);
    }
    return files;
  }
  [[nodiscard]] testing::AssertionResult is_clean() {
    for (const std::string& file : known_files()) {
      const std::string command = "qemu-img check -q " + (folder() / "images" / file).string() + " >/dev/null 2>&1";
      if (std::system(command.c_str()) != 0) return testing::AssertionFailure() << command;
    }
    return testing::AssertionSuccess();
  }

 private:
  struct Rooms {
    Rooms(const std::filesystem::path& folder, const Clock& clock, LayerKeeper::Step step)
        : database(db::open_database(folder / "bootferry.db")),
          bus(clock),
          registry(*database, bus, clock, pool),
          library(folder / "images"),
          keeper(registry, registry, library, clock, std::move(step)) {}

    WorkerPool pool{"db", 1};
    std::unique_ptr<db::Database> database;
    boot::EventBus bus;
    db::Registry registry;
    images::ImageLibrary library;
    LayerKeeper keeper;
  };
  void start() {
    fuse_ = 0;
    rooms_ = std::make_unique<Rooms>(folder_.path(), clock_, [this](std::string_view) {
      if (fuse_ > 0 && --fuse_ == 0) throw Killed();
    });
    rooms_->keeper.sweep_unknown();
  }

  test::TemporaryFolder folder_;
  ManualClock clock_;
  int fuse_ = 0;
  std::unique_ptr<Rooms> rooms_;
};

}  // namespace bootferry::app
