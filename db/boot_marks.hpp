// SPDX-License-Identifier: Apache-2.0
// The newest boot of each client whose secret was used (boot::BootSecrets), over restarts. keep() may be called on any
// thread and never waits; load() once, before the loops run. Throws DbError.
#pragma once

#include <cstdint>
#include <map>

#include "base/mac_address.hpp"
#include "db/database.hpp"
#include "db/job_gate.hpp"

namespace bootferry::db {

class BootMarks {
 public:
  /// Both outlive it.
  BootMarks(Database& database, WorkerPool& pool) : database_(database), gate_(pool) {}

  [[nodiscard]] std::map<MacAddress, std::uint64_t> load();
  /// On its way to the disk; a mark never falls.
  void keep(const MacAddress& mac, std::uint64_t mark);

 private:
  Database& database_;
  JobGate gate_;
};

}  // namespace bootferry::db
