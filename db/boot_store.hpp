// SPDX-License-Identifier: Apache-2.0
// The boots that BootTimeline tells of, over restarts: the newest of each client, and of all. A boot is one row,
// written whole each time it changed. Made by app; any thread, but each call blocks. Throws DbError.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "boot/boot_history.hpp"
#include "boot/summary.hpp"
#include "db/database.hpp"

namespace bootferry::db {

class BootStore {
 public:
  struct Limits {
    std::size_t total = 2000;
    std::size_t per_client = 20;
  };

  /// The database outlives it.
  explicit BootStore(Database& database) : BootStore(database, Limits()) {}
  BootStore(Database& database, Limits limits) : database_(database), limits_(limits) {}

  [[nodiscard]] std::uint64_t next_id();
  /// With their steps.
  [[nodiscard]] std::vector<boot::BootRecord> unfinished();
  /// The newest of each client, without steps.
  [[nodiscard]] std::vector<boot::BootRecord> newest();
  /// Newest first, without steps.
  [[nodiscard]] std::vector<boot::BootRecord> find(const boot::BootQuery& query);
  [[nodiscard]] std::optional<boot::BootRecord> find(std::uint64_t id);
  /// Of those that are kept.
  [[nodiscard]] boot::BootCounts count_since(WallTime start);
  /// The newest that has failed or stalled, without steps.
  [[nodiscard]] std::optional<boot::BootRecord> last_failed();
  void save(std::span<const boot::BootRecord> boots);

 private:
  enum class Steps { with, without };
  /// `first` and `second` are ?1 and ?2 of the condition.
  [[nodiscard]] std::vector<boot::BootRecord> select(Steps steps, std::string_view condition, std::int64_t first,
                                                     std::optional<MacAddress> second = {});

  Database& database_;
  const Limits limits_;
};

}  // namespace bootferry::db
