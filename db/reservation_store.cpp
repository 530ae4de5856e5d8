// SPDX-License-Identifier: Apache-2.0
#include "db/reservation_store.hpp"

#include "db/statement.hpp"
#include "db/transaction.hpp"

namespace bootferry::db {

Result<std::vector<boot::StoredRegistration>> ReservationStore::load(std::string_view target, std::string_view image) {
  std::lock_guard lock(database_.mutex());
  std::vector<boot::StoredRegistration> found;
  try {
    Statement rows(database_,
                   "SELECT port, key, type FROM reservations WHERE target = ?1 AND image = ?2 ORDER BY port");
    rows.bind(target, image);
    while (rows.step()) {
      boot::StoredRegistration& one = found.emplace_back();
      one.port = rows.text(0);
      one.key = static_cast<std::uint64_t>(rows.number(1));  // SQLite's numbers are signed: the same bits
      one.type = rows.is_null(2) ? std::uint8_t{0} : static_cast<std::uint8_t>(rows.number(2));
    }
  } catch (const DbError& error) {
    return std::unexpected(error.to_error());
  }
  return found;
}

Result<void> ReservationStore::save(std::string_view target, std::string_view image,
                                    const std::vector<boot::StoredRegistration>& registrations) {
  std::lock_guard lock(database_.mutex());
  try {
    Transaction transaction(database_);
    Statement(database_, "DELETE FROM reservations WHERE target = ?1").bind(target).run();
    Statement insert(database_,
                     "INSERT INTO reservations (target, image, port, key, type) VALUES (?1, ?2, ?3, ?4, ?5)");
    for (const auto& one : registrations) {
      const auto type = one.type == 0 ? std::nullopt : std::optional(std::int64_t{one.type});
      insert.bind(target, image, one.port, static_cast<std::int64_t>(one.key), type).run();
    }
    transaction.commit();
  } catch (const DbError& error) {
    return std::unexpected(error.to_error());
  }
  return {};
}

}  // namespace bootferry::db
