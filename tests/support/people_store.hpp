// SPDX-License-Identifier: Apache-2.0
// people::Store in memory, for tests of people and http.
#pragma once

#include <algorithm>
#include <mutex>

#include "people/store.hpp"

namespace bootferry::people::test {

class FakeStore final : public Store {
 public:
  Everything load() override { return kept; }
  Result<void> put_user(const User& user) override {
    if (failure) return std::unexpected(*failure);
    std::erase_if(kept.users, [&](const User& other) { return other.name == user.name; });
    kept.users.push_back(user);
    return {};
  }
  Result<void> remove_user(const std::string& name) override {
    if (failure) return std::unexpected(*failure);
    std::erase_if(kept.users, [&](const User& user) { return user.name == name; });
    std::erase_if(kept.logins, [&](const Login& login) { return login.user == name; });
    std::erase_if(kept.tokens, [&](const Token& token) { return token.owner == name; });
    return {};
  }
  Result<void> put_login(const Login& login) override {
    if (failure) return std::unexpected(*failure);
    kept.logins.push_back(login);
    return {};
  }
  Result<void> remove_login(const std::string& digest) override {
    if (failure) return std::unexpected(*failure);
    std::erase_if(kept.logins, [&](const Login& login) { return login.digest == digest; });
    return {};
  }
  Result<void> remove_logins_of(const std::string& user, const std::string& except) override {
    if (failure) return std::unexpected(*failure);
    std::erase_if(kept.logins, [&](const Login& login) { return login.user == user && login.digest != except; });
    return {};
  }
  Result<std::int64_t> add_token(const Token& token) override {
    if (failure) return std::unexpected(*failure);
    kept.tokens.push_back(token);
    kept.tokens.back().id = ++last_token;
    return last_token;
  }
  Result<void> remove_token(std::int64_t id) override {
    if (failure) return std::unexpected(*failure);
    std::erase_if(kept.tokens, [&](const Token& token) { return token.id == id; });
    return {};
  }
  void note_seen(const std::string& login, WallTime at) override {
    for (Login& one : kept.logins)
      if (one.digest == login) one.seen = at;
  }
  void note_used(std::int64_t token, WallTime at) override {
    for (Token& one : kept.tokens)
      if (one.id == token) one.used = at;
  }
  void add_change(const Change& change) override {
    std::lock_guard lock(mutex);
    log.push_back(change);
    log.back().id = static_cast<std::int64_t>(log.size());
  }
  std::vector<Change> changes(const ChangeQuery& query) override {
    std::lock_guard lock(mutex);
    std::vector<Change> found;
    for (auto at = log.rbegin(); at != log.rend() && found.size() < query.limit; ++at) {
      if (at->id < query.before) found.push_back(*at);
    }
    return found;
  }

  Everything kept;
  std::mutex mutex;
  std::vector<Change> log;
  std::int64_t last_token = 0;
  std::optional<Error> failure;  ///< what every change answers
};

}  // namespace bootferry::people::test
