// SPDX-License-Identifier: Apache-2.0
#include "db/people_store.hpp"

#include <sqlite3.h>

#include "base/log.hpp"
#include "db/statement.hpp"
#include "db/transaction.hpp"

namespace bootferry::db {
namespace {

std::optional<WallTime> time_or_none(const Statement& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(row.time(column));
}

std::vector<people::User> load_users(Database& database) {
  std::vector<people::User> users;
  Statement rows(database, "SELECT name, role, password_hash, created, password_changed FROM users");
  while (rows.step()) {
    const auto role = people::parse_role(rows.text(1)).value_or(people::Role::viewer);
    users.push_back({rows.text(0), role, rows.text(2), rows.time(3), rows.time(4)});
  }
  return users;
}

std::vector<people::Login> load_logins(Database& database) {
  std::vector<people::Login> logins;
  Statement rows(database, "SELECT digest, user, created, seen, expires, address, agent FROM logins");
  while (rows.step()) {
    logins.push_back(
        {rows.text(0), rows.text(1), rows.time(2), rows.time(3), rows.time(4), rows.text(5), rows.text(6)});
  }
  return logins;
}

std::vector<people::Token> load_tokens(Database& database) {
  std::vector<people::Token> tokens;
  Statement rows(database, "SELECT id, name, digest, scope, owner, created, expires, used FROM tokens");
  while (rows.step()) {
    const auto scope = people::parse_scope(rows.text(3)).value_or(people::Right::read);
    tokens.push_back({rows.number(0), rows.text(1), rows.text(2), scope, rows.text(4), rows.time(5),
                      time_or_none(rows, 6), time_or_none(rows, 7)});
  }
  return tokens;
}

}  // namespace

template <class Work>
Result<void> PeopleStore::edit(Work work) {
  std::lock_guard lock(database_.mutex());
  try {
    Transaction transaction(database_);
    work();
    transaction.commit();
  } catch (const DbError& error) {
    return std::unexpected(error.to_error());
  }
  return {};
}

people::Store::Everything PeopleStore::load() {
  std::lock_guard lock(database_.mutex());
  return {load_users(database_), load_logins(database_), load_tokens(database_)};
}

Result<void> PeopleStore::put_user(const people::User& user) {
  return edit([&] {
    Statement(database_,
              "INSERT INTO users (name, role, password_hash, created, password_changed) VALUES (?1, ?2, ?3, ?4, ?5) "
              "ON CONFLICT (name) DO UPDATE SET role = excluded.role, password_hash = excluded.password_hash, "
              "password_changed = excluded.password_changed")
        .bind(user.name, name_of(user.role), user.password_hash, user.created, user.password_changed)
        .run();
  });
}

Result<void> PeopleStore::remove_user(const std::string& name) {
  return edit([&] { Statement(database_, "DELETE FROM users WHERE name = ?1").bind(name).run(); });
}

Result<void> PeopleStore::put_login(const people::Login& login) {
  return edit([&] {
    Statement(database_,
              "INSERT INTO logins (digest, user, created, seen, expires, address, agent) VALUES (?1, ?2, ?3, ?4, ?5, "
              "?6, ?7)")
        .bind(login.digest, login.user, login.created, login.seen, login.expires, login.address, login.agent)
        .run();
  });
}

Result<void> PeopleStore::remove_login(const std::string& digest) {
  return edit([&] { Statement(database_, "DELETE FROM logins WHERE digest = ?1").bind(digest).run(); });
}

Result<void> PeopleStore::remove_logins_of(const std::string& user, const std::string& except) {
  return edit(
      [&] { Statement(database_, "DELETE FROM logins WHERE user = ?1 AND digest <> ?2").bind(user, except).run(); });
}

Result<std::int64_t> PeopleStore::add_token(const people::Token& token) {
  const auto owner = token.owner.empty() ? std::nullopt : std::optional(token.owner);
  std::int64_t id = 0;
  auto done = edit([&] {
    Statement(database_,
              "INSERT INTO tokens (name, digest, scope, owner, created, expires) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
        .bind(token.name, token.digest, name_of(token.scope), owner, token.created, token.expires)
        .run();
    id = sqlite3_last_insert_rowid(database_.handle());
  });
  if (!done) return std::unexpected(done.error());
  return id;
}

Result<void> PeopleStore::remove_token(std::int64_t id) {
  return edit([&] { Statement(database_, "DELETE FROM tokens WHERE id = ?1").bind(id).run(); });
}

void PeopleStore::note_seen(const std::string& login, WallTime at) {
  const auto done =
      edit([&] { Statement(database_, "UPDATE logins SET seen = ?2 WHERE digest = ?1").bind(login, at).run(); });
  if (!done) log::warning("LOGIN_NOT_NOTED", {{"why", done.error().message}});
}

void PeopleStore::note_used(std::int64_t token, WallTime at) {
  const auto done =
      edit([&] { Statement(database_, "UPDATE tokens SET used = ?2 WHERE id = ?1").bind(token, at).run(); });
  if (!done) log::warning("TOKEN_NOT_NOTED", {{"why", done.error().message}});
}

void PeopleStore::add_change(const people::Change& change) {
  const auto done = edit([&] {
    Statement(database_,
              "INSERT INTO changes (at, who, address, method, path, status, note) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
        .bind(change.at, change.who, change.address, change.method, change.path, std::int64_t{change.status},
              change.note)
        .run();
    Statement(database_, "DELETE FROM changes WHERE id <= ?1")
        .bind(sqlite3_last_insert_rowid(database_.handle()) - most_changes)
        .run();
  });
  if (!done) log::error("CHANGE_NOT_RECORDED", {{"path", change.path}, {"why", done.error().message}});
}

std::vector<people::Change> PeopleStore::changes(const people::ChangeQuery& query) {
  std::lock_guard lock(database_.mutex());
  std::vector<people::Change> found;
  Statement rows(database_,
                 "SELECT id, at, who, address, method, path, status, note FROM changes WHERE id < ?1 ORDER BY id "
                 "DESC LIMIT ?2");
  rows.bind(query.before, static_cast<std::int64_t>(query.limit));
  while (rows.step()) {
    found.push_back({rows.number(0), rows.time(1), rows.text(2), rows.text(3), rows.text(4), rows.text(5),
                     static_cast<unsigned>(rows.number(6)), rows.text(7)});
  }
  return found;
}

}  // namespace bootferry::db
