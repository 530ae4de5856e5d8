// SPDX-License-Identifier: Apache-2.0
// What is remembered of people, and the interface that keeps it: implemented by db (SQLite), and by a test's fake.
// Called by accounts, never on a network loop; a change is on the disk when its call returns.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "people/right.hpp"

namespace bootferry::people {

struct User {
  std::string name;
  Role role = Role::viewer;
  std::string password_hash;
  WallTime created{};
  WallTime password_changed{};
};

/// A browser that is logged in. Of its secret only the digest is known.
struct Login {
  std::string digest;
  std::string user;
  WallTime created{}, seen{}, expires{};
  std::string address;  ///< where it was made
  std::string agent;    ///< the browser's own words, cut short
};

struct Token {
  std::int64_t id = 0;
  std::string name;
  std::string digest;
  Right scope = Right::read;
  std::string owner;  ///< the user who made it; empty: root, over the Unix socket
  WallTime created{};
  std::optional<WallTime> expires;
  std::optional<WallTime> used;
};

/// A line of the audit log.
struct Change {
  std::int64_t id = 0;
  WallTime at{};
  std::string who;      ///< "alice", "token ci of alice", "root"
  std::string address;  ///< empty: the Unix socket
  std::string method, path;
  unsigned status = 0;  ///< what was answered, as HTTP has it
  std::string note;     ///< more, where the path does not say it
};

/// The newest `limit` of those older than `before`.
struct ChangeQuery {
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
  std::size_t limit = 100;
};

class Store {
 public:
  struct Everything {
    std::vector<User> users;
    std::vector<Login> logins;
    std::vector<Token> tokens;
  };

  virtual ~Store() = default;
  [[nodiscard]] virtual Everything load() = 0;
  [[nodiscard]] virtual Result<void> put_user(const User& user) = 0;
  /// With his logins and tokens.
  [[nodiscard]] virtual Result<void> remove_user(const std::string& name) = 0;
  [[nodiscard]] virtual Result<void> put_login(const Login& login) = 0;
  [[nodiscard]] virtual Result<void> remove_login(const std::string& digest) = 0;
  /// All of a user's but `except` (a digest, or empty).
  [[nodiscard]] virtual Result<void> remove_logins_of(const std::string& user, const std::string& except) = 0;
  /// Its id.
  [[nodiscard]] virtual Result<std::int64_t> add_token(const Token& token) = 0;
  [[nodiscard]] virtual Result<void> remove_token(std::int64_t id) = 0;
  virtual void note_seen(const std::string& login, WallTime at) = 0;
  virtual void note_used(std::int64_t token, WallTime at) = 0;

  /// Keeps the newest 10,000.
  virtual void add_change(const Change& change) = 0;
  /// Newest first.
  [[nodiscard]] virtual std::vector<Change> changes(const ChangeQuery& query) = 0;
};

}  // namespace bootferry::people
