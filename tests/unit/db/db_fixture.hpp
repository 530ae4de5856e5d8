// SPDX-License-Identifier: Apache-2.0
// What every db test needs: a folder of its own, a file in it, a clock, a bus and the db thread.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>

#include "base/clock.hpp"
#include "base/worker_pool.hpp"
#include "boot/event_bus.hpp"
#include "db/migrate.hpp"
#include "support/temporary_folder.hpp"

namespace bootferry::db {

using test::TemporaryFolder;

class DbTest : public testing::Test {
 protected:
  TemporaryFolder folder;
  std::filesystem::path file = folder / "bootferry.db";
  ManualClock clock;
  boot::EventBus bus{clock};
  std::unique_ptr<Database> database = open_database(file);

  /// As after a restart.
  void reopen() {
    database.reset();
    database = open_database(file);
  }
};

inline MacAddress mac_number(std::uint32_t n) {
  return {{0x52, 0x54, static_cast<std::uint8_t>(n >> 24), static_cast<std::uint8_t>(n >> 16),
           static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)}};
}

}  // namespace bootferry::db
