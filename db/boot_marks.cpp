// SPDX-License-Identifier: Apache-2.0
#include "db/boot_marks.hpp"

#include "base/log.hpp"
#include "db/statement.hpp"
#include "db/transaction.hpp"

namespace bootferry::db {

std::map<MacAddress, std::uint64_t> BootMarks::load() {
  std::lock_guard lock(database_.mutex());
  std::map<MacAddress, std::uint64_t> marks;
  Statement rows(database_, "SELECT mac, mark FROM boot_marks");
  while (rows.step()) {
    if (const auto mac = parse_mac_address(rows.text(0))) marks[*mac] = static_cast<std::uint64_t>(rows.number(1));
  }
  return marks;
}

void BootMarks::keep(const MacAddress& mac, std::uint64_t mark) {
  gate_.post([this, mac, mark] {
    try {
      std::lock_guard lock(database_.mutex());
      Transaction transaction(database_);
      Statement(database_,
                "INSERT INTO boot_marks (mac, mark) VALUES (?1, ?2) ON CONFLICT (mac) DO UPDATE SET mark = "
                "max(mark, excluded.mark)")
          .bind(mac.to_string(), static_cast<std::int64_t>(mark))
          .run();
      transaction.commit();
    } catch (const DbError& error) {
      log::error("BOOT_MARK_NOT_WRITTEN", {{"mac", mac.to_string()}, {"why", error.what()}});
    }
  });
}

}  // namespace bootferry::db
