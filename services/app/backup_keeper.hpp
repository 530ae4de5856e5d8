// SPDX-License-Identifier: Apache-2.0
// Backups that the page makes and restores. One that came in waits beside the database, and is taken in at the next
// start before anything is opened: whatever is killed at whatever moment, the state is what it was or what the backup
// says. Owned by Appliance; called on workers.
#pragma once

#include <atomic>
#include <functional>

#include "boot/backups.hpp"
#include "boot/client_registry.hpp"
#include "db/migrate.hpp"

namespace bootferry::app {

class BackupKeeper final : public boot::Backups {
 public:
  using Restart = std::function<void()>;

  /// `settings_file`: goes into each backup; empty: there is none. Throws std::runtime_error.
  BackupKeeper(std::filesystem::path state_dir, std::filesystem::path settings_file,
               const boot::ClientRegistry& registry, const Clock& clock, Restart restart);

  [[nodiscard]] Result<std::filesystem::path> make() override;
  [[nodiscard]] Result<std::unique_ptr<boot::IncomingBackup>> receive() override;
  void restart() override { restart_(); }

 private:
  class Incoming;
  [[nodiscard]] std::filesystem::path new_draft();
  [[nodiscard]] std::filesystem::path drafts() const { return state_dir_ / "backup-drafts"; }
  /// Disks and files outside of the library that this server was given by root.
  [[nodiscard]] bool is_lent(const std::string& file) const;

  std::filesystem::path state_dir_, settings_file_;
  const boot::ClientRegistry& registry_;
  const Clock& clock_;
  Restart restart_;
  std::atomic<unsigned> next_draft_{1};
};

/// Tests: called between two steps; what it throws is a kill.
using RestoreStep = std::function<void()>;

/// At start, with the state folder held and before its database is opened. A backup that cannot be taken in is put
/// aside, and the log says so: the server then starts with what it had.
void take_in_restore(const std::filesystem::path& state_dir, const RestoreStep& step = {});
/// After that: the database, of this version; `tell` hears of it when it was of an older one. Throws db::DbError.
[[nodiscard]] std::unique_ptr<db::Database> open_state_database(const std::filesystem::path& state_dir,
                                                                const db::TellMigration& tell = {});

}  // namespace bootferry::app
