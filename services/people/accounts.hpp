// SPDX-License-Identifier: Apache-2.0
// Who there is and what each may do: users, their logins, API tokens, the first visit. Made by app; asked by http. All
// is in memory, so that recognising somebody never waits (any thread); what changes it waits for the Store, and what
// takes a password for argon2id: never on a network loop.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "people/credentials.hpp"
#include "people/login_limit.hpp"
#include "people/store.hpp"

namespace bootferry::people {

/// Somebody who was recognised.
struct Principal {
  enum class Via { nothing, login, token, file_token, socket, proxy };

  Right right = Right::anyone;
  Via via = Via::nothing;
  std::string user;         ///< of a login, or a proxy's word
  std::string description;  ///< for the audit log: "alice", "token ci of alice", "root"
  std::string login;        ///< its digest
  std::int64_t token = 0;
  bool by_group = false;  ///< via proxy: no user here, his right comes from a group there
};

/// Where a login comes from.
struct Origin {
  std::string address;
  std::string agent;
};

/// A login that was made: the secret goes into the cookie, and is not known afterwards.
struct NewLogin {
  std::string secret;
  WallTime expires{};
  Principal principal;
};

struct Refusal {
  enum class Why { wrong, too_often, failed };
  Why why = Why::wrong;
  Error error;
};
using LoginResult = std::expected<NewLogin, Refusal>;

struct AccountOptions {
  PasswordCost cost = PasswordCost::interactive;
  std::chrono::seconds idle = std::chrono::hours(24 * 7);       ///< a login that was not used so long ends
  std::chrono::seconds absolute = std::chrono::hours(24 * 30);  ///< and each after so long
};

class Accounts {
 public:
  using Job = std::function<void()>;
  /// Runs a job soon, on a thread that may wait.
  using Later = std::function<void(Job)>;

  /// Loads what the store has. All outlive it.
  Accounts(Store& store, const Clock& clock, Random& random, Later later, AccountOptions options = {});

  // -- recognising: any thread, at once
  [[nodiscard]] std::optional<Principal> find_login(std::string_view secret);
  [[nodiscard]] std::optional<Principal> find_token(std::string_view secret);
  /// Whom a trusted reverse proxy logged in: a user, with his role here, or anybody else with the role that his groups
  /// there give him.
  [[nodiscard]] std::optional<Principal> find_by_proxy(const std::string& name, std::optional<Role> by_group);
  /// Is it still what it was? Asked by what lasts: the live stream.
  [[nodiscard]] bool is_still_good(const Principal& principal);
  /// There is no admin yet.
  [[nodiscard]] bool needs_first_visit() const;
  /// For the console; empty when there is an admin.
  [[nodiscard]] std::string first_visit_code() const;

  // -- logging in and out
  /// Of the first visit: nothing when the code is right, and there is still no admin.
  [[nodiscard]] std::optional<Refusal> refuse_code(std::string_view code, const Origin& from);
  [[nodiscard]] LoginResult set_up(std::string_view code, const std::string& name, std::string_view password,
                                   const Origin& from);
  [[nodiscard]] LoginResult log_in(const std::string& name, std::string_view password, const Origin& from);
  [[nodiscard]] Result<void> log_out(const Principal& principal);
  /// Ends all of his logins; the one that asked goes on with a new secret.
  [[nodiscard]] LoginResult change_own_password(const Principal& principal, std::string_view old_password,
                                                std::string_view new_password, const Origin& from);
  [[nodiscard]] std::vector<Login> logins() const;  ///< those that are valid
  /// `id`: the first 12 letters of its digest. `only_of`: a user, or empty for anybody.
  [[nodiscard]] Result<void> end_login(std::string_view id, const std::string& only_of);

  // -- users
  [[nodiscard]] std::vector<User> users() const;
  [[nodiscard]] Result<User> add_user(const std::string& name, Role role, std::string_view password);
  /// Ends his logins when either changes. The last admin stays one.
  [[nodiscard]] Result<User> change_user(const std::string& name, std::optional<Role> role,
                                         std::optional<std::string> password);
  [[nodiscard]] Result<void> remove_user(const std::string& name);

  // -- tokens
  struct NewToken {
    Token token;
    std::string secret;  ///< told this once
  };
  [[nodiscard]] std::vector<Token> tokens() const;
  /// `owner`: the user who makes it, or empty for root. `expires`: none is for ever.
  [[nodiscard]] Result<NewToken> add_token(const std::string& name, Right scope, const std::string& owner,
                                           std::optional<WallTime> expires);
  [[nodiscard]] Result<void> remove_token(std::int64_t id);

  // -- the audit log
  void record(Change change);
  [[nodiscard]] std::vector<Change> changes(const ChangeQuery& query) { return store_.changes(query); }

 private:
  [[nodiscard]] bool has_admin() const;
  [[nodiscard]] bool is_last_admin(const std::string& name) const;
  [[nodiscard]] bool is_valid(const Login& login, WallTime now) const;
  [[nodiscard]] Principal principal_of(const Login& login) const;
  [[nodiscard]] LoginResult make_login(const std::string& user, const Origin& from);
  [[nodiscard]] Result<void> make_room_for_login(const std::string& user, WallTime now);
  [[nodiscard]] Result<User> keep_user(const User& user);
  [[nodiscard]] std::optional<Refusal> refuse_try(const std::string& user, const Origin& from);

  Store& store_;
  const Clock& clock_;
  Random& random_;
  Later later_;
  const AccountOptions options_;
  const std::string nobodys_hash_;  ///< so that an unknown name takes as long as a wrong password

  std::mutex edits_;  ///< one change after the other, over the store's time too; taken before mutex_
  mutable std::mutex mutex_;
  std::map<std::string, User> users_;
  std::map<std::string, Login> logins_;  ///< by digest
  std::map<std::string, Token> tokens_;  ///< by digest
  std::string code_;
  LoginLimit limit_;
};

/// 1 to 32 of a-z, 0-9, '.', '-', '_', beginning with a letter.
[[nodiscard]] Result<void> check_user_name(std::string_view name);

}  // namespace bootferry::people
