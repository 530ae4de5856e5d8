// SPDX-License-Identifier: Apache-2.0
// people::Store on SQLite. Called on threads that may wait: each call waits for its turn on the database, and a change
// until it is on the disk.
#pragma once

#include "db/database.hpp"
#include "people/store.hpp"

namespace bootferry::db {

class PeopleStore final : public people::Store {
 public:
  static constexpr std::int64_t most_changes = 10'000;  ///< of the audit log

  /// Outlives the store.
  explicit PeopleStore(Database& database) : database_(database) {}

  [[nodiscard]] Everything load() override;
  [[nodiscard]] Result<void> put_user(const people::User& user) override;
  [[nodiscard]] Result<void> remove_user(const std::string& name) override;
  [[nodiscard]] Result<void> put_login(const people::Login& login) override;
  [[nodiscard]] Result<void> remove_login(const std::string& digest) override;
  [[nodiscard]] Result<void> remove_logins_of(const std::string& user, const std::string& except) override;
  [[nodiscard]] Result<std::int64_t> add_token(const people::Token& token) override;
  [[nodiscard]] Result<void> remove_token(std::int64_t id) override;
  void note_seen(const std::string& login, WallTime at) override;
  void note_used(std::int64_t token, WallTime at) override;
  void add_change(const people::Change& change) override;
  [[nodiscard]] std::vector<people::Change> changes(const people::ChangeQuery& query) override;

 private:
  template <class Work>
  [[nodiscard]] Result<void> edit(Work work);

  Database& database_;
};

}  // namespace bootferry::db
