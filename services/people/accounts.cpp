// SPDX-License-Identifier: Apache-2.0
#include "people/accounts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace bootferry::people {
namespace {

constexpr std::size_t most_logins_of_one = 50;
constexpr auto note_step = std::chrono::minutes(5);  ///< how old a stored "seen" may get
constexpr std::size_t longest_agent = 200;

std::unexpected<Refusal> refuse(Refusal::Why why, std::string sentence) {
  return std::unexpected(Refusal{why, {ErrorKind::denied, std::move(sentence)}});
}
std::unexpected<Refusal> refuse(const Error& error) { return std::unexpected(Refusal{Refusal::Why::failed, error}); }

}  // namespace

Accounts::Accounts(Store& store, const Clock& clock, Random& random, Later later, AccountOptions options)
    : store_(store),
      clock_(clock),
      random_(random),
      later_(std::move(later)),
      options_(options),
      nobodys_hash_(hash_password("nobody", options.cost)) {
  Store::Everything all = store_.load();
  for (User& user : all.users) users_.emplace(user.name, std::move(user));
  for (Login& login : all.logins) {
    if (users_.contains(login.user)) logins_.emplace(login.digest, std::move(login));
  }
  for (Token& token : all.tokens) tokens_.emplace(token.digest, std::move(token));
  if (!has_admin()) code_ = make_code(random_);
}

// -- recognising ------------------------------------------------------------------------------------------------------

bool Accounts::is_valid(const Login& login, WallTime now) const {
  return now < login.expires && now - login.seen < options_.idle;
}

Principal Accounts::principal_of(const Login& login) const {
  return {right_of(users_.at(login.user).role), Principal::Via::login, login.user, login.user, login.digest, 0};
}

std::optional<Principal> Accounts::find_login(std::string_view secret) {
  const std::string digest = digest_of(secret);
  const WallTime now = clock_.wall_now();
  std::lock_guard lock(mutex_);
  const auto found = logins_.find(digest);
  if (found == logins_.end() || !is_valid(found->second, now)) return std::nullopt;
  if (now - found->second.seen >= note_step) {
    found->second.seen = now;
    later_([this, digest, now] { store_.note_seen(digest, now); });
  }
  return principal_of(found->second);
}

std::optional<Principal> Accounts::find_token(std::string_view secret) {
  const std::string digest = digest_of(secret);
  const WallTime now = clock_.wall_now();
  std::lock_guard lock(mutex_);
  const auto found = tokens_.find(digest);
  if (found == tokens_.end()) return std::nullopt;
  Token& token = found->second;
  if (token.expires && *token.expires <= now) return std::nullopt;
  Right right = token.scope;
  if (!token.owner.empty()) {
    const auto owner = users_.find(token.owner);
    if (owner == users_.end()) return std::nullopt;
    right = std::min(right, right_of(owner->second.role));  // a token never has more than its maker has now
  }
  if (!token.used || now - *token.used >= note_step) {
    token.used = now;
    later_([this, id = token.id, now] { store_.note_used(id, now); });
  }
  return Principal{right, Principal::Via::token,
                   {},    fmt::format("token {} of {}", token.name, token.owner.empty() ? "root" : token.owner),
                   {},    token.id};
}

std::optional<Principal> Accounts::find_by_proxy(const std::string& name, std::optional<Role> by_group) {
  std::lock_guard lock(mutex_);
  const auto found = users_.find(name);
  const bool own = found != users_.end();
  if (!own && !by_group) return std::nullopt;
  return Principal{
      right_of(own ? found->second.role : *by_group), Principal::Via::proxy, name, name + " by proxy", {}, 0, !own};
}

bool Accounts::is_still_good(const Principal& principal) {
  const WallTime now = clock_.wall_now();
  std::lock_guard lock(mutex_);
  switch (principal.via) {
    case Principal::Via::login: {
      const auto found = logins_.find(principal.login);
      if (found == logins_.end() || now >= found->second.expires) return false;
      found->second.seen = std::max(found->second.seen, now);  // a page that watches is in use
      return true;
    }
    case Principal::Via::token:
      return std::ranges::any_of(tokens_, [&](const auto& entry) {
        return entry.second.id == principal.token && (!entry.second.expires || *entry.second.expires > now);
      });
    case Principal::Via::proxy: {
      const auto found = users_.find(principal.user);
      return found == users_.end() ? principal.by_group : right_of(found->second.role) == principal.right;
    }
    case Principal::Via::nothing:
      return !has_admin();
    case Principal::Via::file_token:
    case Principal::Via::socket:
      return true;
  }
  return false;
}

bool Accounts::has_admin() const {
  return std::ranges::any_of(users_, [](const auto& entry) { return entry.second.role == Role::admin; });
}

bool Accounts::is_last_admin(const std::string& name) const {
  const auto own = users_.find(name);
  if (own == users_.end() || own->second.role != Role::admin) return false;
  return std::ranges::none_of(
      users_, [&](const auto& entry) { return entry.first != name && entry.second.role == Role::admin; });
}

bool Accounts::needs_first_visit() const {
  std::lock_guard lock(mutex_);
  return !has_admin();
}

std::string Accounts::first_visit_code() const {
  std::lock_guard lock(mutex_);
  return has_admin() ? std::string() : code_;
}

// -- logging in and out -----------------------------------------------------------------------------------------------

std::optional<Refusal> Accounts::refuse_try(const std::string& user, const Origin& from) {
  std::lock_guard lock(mutex_);
  if (limit_.try_take(from.address, user, clock_.now())) return std::nullopt;
  return Refusal{Refusal::Why::too_often,
                 {ErrorKind::unavailable, "Too many tries; wait half a minute, then try once more."}};
}

Result<void> Accounts::make_room_for_login(const std::string& user, WallTime now) {
  std::vector<Login> old;
  std::vector<Login> own;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [digest, login] : logins_) {
      if (!is_valid(login, now))
        old.push_back(login);
      else if (login.user == user)
        own.push_back(login);
    }
  }
  std::ranges::sort(own, {}, &Login::seen);
  if (own.size() >= most_logins_of_one)
    old.insert(old.end(), own.begin(), own.end() - static_cast<std::ptrdiff_t>(most_logins_of_one - 1));
  for (const Login& login : old) {
    if (auto done = store_.remove_login(login.digest); !done) return done;
    std::lock_guard lock(mutex_);
    logins_.erase(login.digest);
  }
  return {};
}

LoginResult Accounts::make_login(const std::string& user, const Origin& from) {
  const WallTime now = clock_.wall_now();
  if (auto done = make_room_for_login(user, now); !done) return refuse(done.error());
  NewLogin made;
  made.secret = make_secret(random_);
  made.expires = now + options_.absolute;
  const Login login{
      digest_of(made.secret), user, now, now, made.expires, from.address, from.agent.substr(0, longest_agent)};
  if (auto kept = store_.put_login(login); !kept) return refuse(kept.error());
  std::lock_guard lock(mutex_);
  limit_.forgive(from.address, user);
  logins_.emplace(login.digest, login);
  made.principal = principal_of(login);
  return made;
}

std::optional<Refusal> Accounts::refuse_code(std::string_view code, const Origin& from) {
  if (!needs_first_visit()) {
    return Refusal{Refusal::Why::failed,
                   {ErrorKind::conflict,
                    "There is an admin already: log in, or set a password with \"bootferry user set-password\"."}};
  }
  if (auto refusal = refuse_try("", from)) return refusal;
  if (!same_secret(plain_code(code), plain_code(first_visit_code()))) {
    return Refusal{Refusal::Why::wrong,
                   {ErrorKind::denied,
                    "This is not the code: the server printed it on its console and in its log when it started; "
                    "\"bootferry first-visit\" shows it again."}};
  }
  std::lock_guard lock(mutex_);
  limit_.forgive(from.address, "");
  return std::nullopt;
}

LoginResult Accounts::set_up(std::string_view code, const std::string& name, std::string_view password,
                             const Origin& from) {
  std::lock_guard edit(edits_);
  if (auto refusal = refuse_code(code, from)) return std::unexpected(*refusal);
  if (auto good = check_user_name(name); !good) return refuse(good.error());
  if (auto good = check_password(password); !good) return refuse(good.error());
  const WallTime now = clock_.wall_now();
  const auto kept = keep_user({name, Role::admin, hash_password(password, options_.cost), now, now});
  if (!kept) return refuse(kept.error());
  return make_login(name, from);
}

LoginResult Accounts::log_in(const std::string& name, std::string_view password, const Origin& from) {
  if (auto refusal = refuse_try(name, from)) return std::unexpected(*refusal);
  std::string hash = nobodys_hash_;
  {
    std::lock_guard lock(mutex_);
    const auto found = users_.find(name);
    if (found != users_.end()) hash = found->second.password_hash;
  }
  const bool right = verify_password(hash, password);
  std::lock_guard edit(edits_);
  {
    std::lock_guard lock(mutex_);
    const auto found = users_.find(name);  // again: he may be gone, or have another password by now
    if (!right || found == users_.end() || found->second.password_hash != hash)
      return refuse(Refusal::Why::wrong, "The name or the password is wrong.");
  }
  return make_login(name, from);
}

Result<void> Accounts::log_out(const Principal& principal) {
  if (principal.via != Principal::Via::login) return {};
  std::lock_guard edit(edits_);
  auto done = store_.remove_login(principal.login);
  if (!done) return done;
  std::lock_guard lock(mutex_);
  logins_.erase(principal.login);
  return {};
}

LoginResult Accounts::change_own_password(const Principal& principal, std::string_view old_password,
                                          std::string_view new_password, const Origin& from) {
  if (principal.via != Principal::Via::login)
    return refuse({ErrorKind::denied, "Only somebody who is logged in has a password of his own to change."});
  if (auto good = check_password(new_password); !good) return refuse(good.error());
  auto known = log_in(principal.user, old_password, from);
  if (!known) return known;
  const auto changed = change_user(principal.user, std::nullopt, std::string(new_password));
  if (!changed) return refuse(changed.error());
  std::lock_guard edit(edits_);
  return make_login(principal.user, from);
}

std::vector<Login> Accounts::logins() const {
  const WallTime now = clock_.wall_now();
  std::lock_guard lock(mutex_);
  std::vector<Login> valid;
  for (const auto& [digest, login] : logins_) {
    if (is_valid(login, now)) valid.push_back(login);
  }
  std::ranges::sort(valid, std::greater(), &Login::seen);
  return valid;
}

Result<void> Accounts::end_login(std::string_view id, const std::string& only_of) {
  std::lock_guard edit(edits_);
  std::string digest;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [key, login] : logins_) {
      if (id.size() == 12 && key.starts_with(id) && (only_of.empty() || login.user == only_of)) digest = key;
    }
  }
  if (digest.empty()) return fail(ErrorKind::not_found, "There is no such login.");
  if (auto done = store_.remove_login(digest); !done) return done;
  std::lock_guard lock(mutex_);
  logins_.erase(digest);
  return {};
}

}  // namespace bootferry::people
