// SPDX-License-Identifier: Apache-2.0
// What every db test needs: a folder of its own, a file in it, a clock, a bus and the db thread.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "base/clock.hpp"
#include "base/worker_pool.hpp"
#include "boot/event_bus.hpp"
#include "db/migrate.hpp"

namespace bootferry::db {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "bootferry-db-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

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
  return {{0x52, 0x54, static_cast<std::uint8_t>(n >> 24), static_cast<std::uint8_t>(n >> 16), static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)}};
}

}  // namespace bootferry::db
