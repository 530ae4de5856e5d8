// SPDX-License-Identifier: Apache-2.0
// The administration on the real registry, library and (idle) target, for its tests.
#pragma once

#include <gtest/gtest.h>

#include "app/administration.hpp"
#include "app/disk_directory.hpp"
#include "db/lease_store.hpp"
#include "db/migrate.hpp"
#include "db/registry.hpp"
#include "support/temporary_folder.hpp"

namespace bootferry::app {

inline const MacAddress pc1{{0x52, 0x54, 0, 0, 0, 1}};

class AdministrationTest : public testing::Test {
 protected:
  test::TemporaryFolder folder;
  ManualClock clock;
  WorkerPool pool{"db", 1};
  LoopPool loops{1};
  std::unique_ptr<db::Database> database = db::open_database(folder / "bootferry.db");
  boot::EventBus bus{clock};
  db::Registry registry{*database, bus, clock, pool};
  db::LeaseStore leases{*database, pool};
  db::EventStore events{*database, bus, pool};
  ClientActivity activity;
  images::ImageLibrary library{folder / "images"};
  boot::BootSecrets boot_secrets{{}, clock, {}, [](const MacAddress&, std::uint64_t) {}};
  LayerKeeper layers{registry, registry, library, clock};
  DiskDirectory disks{registry, library, layers, boot_secrets};
  iscsi::Server target{loops, pool, disks, bus, clock, iscsi::ServerSettings{.port = 0}};
  ApplianceAdministration administration{
      {registry, leases, events, library, target, activity, clock, disks, layers, nullptr, nullptr, &registry}, {}};

  static boot::ClientChange disks_of(std::vector<boot::Drive> drives) {
    boot::ClientChange change;
    change.boot = boot::Disks{std::move(drives)};
    return change;
  }
};

}  // namespace bootferry::app
