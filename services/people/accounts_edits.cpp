// SPDX-License-Identifier: Apache-2.0
// Accounts: what admins change. Each change is in the store before it holds.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "people/accounts.hpp"

namespace bootferry::people {
namespace {

constexpr std::size_t most_tokens = 1000;

std::unexpected<Error> no_user(const std::string& name) {
  return fail(ErrorKind::not_found, fmt::format("There is no user {}; \"bootferry user list\" shows all.", name));
}

}  // namespace

Result<void> check_user_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  };
  const bool good = !name.empty() && name.size() <= 32 && name[0] >= 'a' && name[0] <= 'z' &&
                    std::all_of(name.begin(), name.end(), fits);
  if (good) return {};
  return fail(ErrorKind::invalid, "A user's name has 1 to 32 of a-z, 0-9, '.', '-' and '_', and begins with a letter.");
}

std::vector<User> Accounts::users() const {
  std::lock_guard lock(mutex_);
  std::vector<User> all;
  all.reserve(users_.size());
  for (const auto& [name, user] : users_) all.push_back(user);
  return all;
}

Result<User> Accounts::keep_user(const User& user) {
  if (auto kept = store_.put_user(user); !kept) return std::unexpected(kept.error());
  std::lock_guard lock(mutex_);
  users_[user.name] = user;
  return user;
}

Result<User> Accounts::add_user(const std::string& name, Role role, std::string_view password) {
  if (auto good = check_user_name(name); !good) return std::unexpected(good.error());
  if (auto good = check_password(password); !good) return std::unexpected(good.error());
  const WallTime now = clock_.wall_now();
  const User user{name, role, hash_password(password, options_.cost), now, now};
  std::lock_guard edit(edits_);
  {
    std::lock_guard lock(mutex_);
    if (users_.contains(name)) return fail(ErrorKind::conflict, fmt::format("There is a user {} already.", name));
  }
  return keep_user(user);
}

Result<User> Accounts::change_user(const std::string& name, std::optional<Role> role,
                                   std::optional<std::string> password) {
  std::string hash;
  if (password) {
    if (auto good = check_password(*password); !good) return std::unexpected(good.error());
    hash = hash_password(*password, options_.cost);
  }
  std::lock_guard edit(edits_);
  User user;
  {
    std::lock_guard lock(mutex_);
    const auto found = users_.find(name);
    if (found == users_.end()) return no_user(name);
    user = found->second;
    if (role == Role::viewer && is_last_admin(name))
      return fail(ErrorKind::conflict, fmt::format("{} is the only admin; make another one first.", name));
  }
  if (!password && (!role || *role == user.role)) return user;
  user.role = role.value_or(user.role);
  if (password) {
    user.password_hash = std::move(hash);
    user.password_changed = clock_.wall_now();
  }
  // The logins first: what a thief has must not outlive the change.
  if (auto done = store_.remove_logins_of(name, ""); !done) return std::unexpected(done.error());
  {
    std::lock_guard lock(mutex_);
    std::erase_if(logins_, [&](const auto& entry) { return entry.second.user == name; });
    limit_.forgive("", name);
  }
  return keep_user(user);
}

Result<void> Accounts::remove_user(const std::string& name) {
  std::lock_guard edit(edits_);
  {
    std::lock_guard lock(mutex_);
    if (!users_.contains(name)) return no_user(name);
    if (is_last_admin(name))
      return fail(ErrorKind::conflict, fmt::format("{} is the only admin; make another one first.", name));
  }
  if (auto done = store_.remove_user(name); !done) return done;
  std::lock_guard lock(mutex_);
  users_.erase(name);
  std::erase_if(logins_, [&](const auto& entry) { return entry.second.user == name; });
  std::erase_if(tokens_, [&](const auto& entry) { return entry.second.owner == name; });
  return {};
}

// -- tokens -----------------------------------------------------------------------------------------------------------

std::vector<Token> Accounts::tokens() const {
  std::lock_guard lock(mutex_);
  std::vector<Token> all;
  all.reserve(tokens_.size());
  for (const auto& [digest, token] : tokens_) all.push_back(token);
  std::ranges::sort(all, {}, &Token::id);
  return all;
}

Result<Accounts::NewToken> Accounts::add_token(const std::string& name, Right scope, const std::string& owner,
                                               std::optional<WallTime> expires) {
  if (name.empty() || name.size() > 64 ||
      std::ranges::any_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
    return fail(ErrorKind::invalid, "A token's name has 1 to 64 characters: say what it is for.");
  const WallTime now = clock_.wall_now();
  if (expires && *expires <= now) return fail(ErrorKind::invalid, "The token would have expired already.");
  NewToken made;
  made.secret = "bf_" + make_secret(random_);
  made.token = {0, name, digest_of(made.secret), scope, owner, now, expires, std::nullopt};
  std::lock_guard edit(edits_);
  {
    std::lock_guard lock(mutex_);
    if (!owner.empty() && !users_.contains(owner))
      return fail(
          ErrorKind::denied,
          fmt::format("A token has the rights of its maker as long as he is a user here, and {} is not; add him "
                      "with \"bootferry user add\" first.",
                      owner));
    if (tokens_.size() >= most_tokens) return fail(ErrorKind::exhausted, "There are 1000 tokens; revoke some first.");
  }
  const auto id = store_.add_token(made.token);
  if (!id) return std::unexpected(id.error());
  made.token.id = *id;
  std::lock_guard lock(mutex_);
  tokens_.emplace(made.token.digest, made.token);
  return made;
}

Result<void> Accounts::remove_token(std::int64_t id) {
  std::lock_guard edit(edits_);
  {
    std::lock_guard lock(mutex_);
    if (std::ranges::none_of(tokens_, [&](const auto& entry) { return entry.second.id == id; }))
      return fail(ErrorKind::not_found, "There is no such token; \"bootferry token list\" shows all.");
  }
  if (auto done = store_.remove_token(id); !done) return done;
  std::lock_guard lock(mutex_);
  std::erase_if(tokens_, [&](const auto& entry) { return entry.second.id == id; });
  return {};
}

void Accounts::record(Change change) {
  change.at = clock_.wall_now();
  store_.add_change(change);
}

}  // namespace bootferry::people
