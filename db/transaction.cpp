// SPDX-License-Identifier: Apache-2.0
#include "db/transaction.hpp"

#include <sqlite3.h>

namespace bootferry::db {

Transaction::Transaction(Database& database, Durability durability) : database_(database) {
  // NORMAL leaves the WAL unsynced; the next FULL commit syncs all of it (sqlite.org/pragma.html#pragma_synchronous).
  database_.execute(durability == Durability::on_commit ? "PRAGMA synchronous = FULL; BEGIN IMMEDIATE"
                                                        : "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE");
  open_ = true;
}

Transaction::~Transaction() {
  // Not execute(): a roll-back must not throw, and must not be failed by a test. SQLite may have rolled back by itself.
  if (open_) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace bootferry::db
