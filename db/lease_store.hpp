// SPDX-License-Identifier: Apache-2.0
// DHCP leases on the disk before they are acknowledged (RFC 2131 4.3.1). Leases that arrive while a commit waits for
// the disk share the next one: group commit, so that a thousand clients do not cost a thousand syncs. save() is called
// by dhcp on loop 0 and returns at once; the writing and every `done` happen on the db thread.
#pragma once

#include <mutex>
#include <optional>
#include <vector>

#include "boot/lease_store.hpp"
#include "db/database.hpp"
#include "db/job_gate.hpp"
#include "db/statement.hpp"

namespace bootferry::db {

class LeaseStore final : public boot::LeaseStore {
 public:
  /// Both outlive the store.
  LeaseStore(Database& database, WorkerPool& pool);
  /// Writes what is still queued; nobody waits for it any more, so its `done` are dropped uncalled.
  ~LeaseStore() override;

  [[nodiscard]] std::vector<boot::Lease> load() override;
  void save(boot::Lease lease, Done done) override;

 private:
  struct Pending {
    boot::Lease lease;
    Done done;
  };

  void flush();
  [[nodiscard]] Result<void> write(const std::vector<Pending>& batch);

  Database& database_;
  std::optional<Statement> insert_;
  std::mutex queue_mutex_;
  std::vector<Pending> queue_;
  JobGate gate_;
};

}  // namespace bootferry::db
