// SPDX-License-Identifier: Apache-2.0
// All or nothing: begins on construction, rolls back on destruction unless committed. Throws DbError.
// Used inside db only, with the database's mutex held.
#pragma once

#include "db/database.hpp"

namespace bootferry::db {

enum class Durability {
  on_commit,  ///< on the disk before commit() returns: leases, edits
  soon,  ///< survives a crash of the program, and a power cut once the next durable commit is done: sightings, boot log
};

class Transaction {
 public:
  explicit Transaction(Database& database, Durability durability = Durability::on_commit);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit();

 private:
  Database& database_;
  bool open_ = false;
};

}  // namespace bootferry::db
