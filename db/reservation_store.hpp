// SPDX-License-Identifier: Apache-2.0
// boot::ReservationStore on SQLite. Called on disk workers: each call waits for its turn on the database, and a save
// until it is on the disk.
#pragma once

#include "boot/reservation_store.hpp"
#include "db/database.hpp"

namespace bootferry::db {

class ReservationStore final : public boot::ReservationStore {
 public:
  /// Outlives the store.
  explicit ReservationStore(Database& database) : database_(database) {}

  [[nodiscard]] Result<std::vector<boot::StoredRegistration>> load(std::string_view target,
                                                                   std::string_view image) override;
  [[nodiscard]] Result<void> save(std::string_view target, std::string_view image,
                                  const std::vector<boot::StoredRegistration>& registrations) override;

 private:
  Database& database_;
};

}  // namespace bootferry::db
