// SPDX-License-Identifier: Apache-2.0
// Users, API tokens and the audit log: for admins, and root on the Unix socket.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "http/api/json.hpp"
#include "http/api/paging.hpp"
#include "http/api/resources.hpp"

namespace bootferry::http::api {
namespace {

constexpr std::int64_t most_days = 36'500;

Answer no_users() { return make_problem(501, "This server has no users."); }

Json time_or_null(const std::optional<WallTime>& time) { return time ? Json(render_time(*time)) : Json(nullptr); }

Json render_user(const people::User& user) {
  return {{"name", user.name},
          {"role", people::name_of(user.role)},
          {"created", render_time(user.created)},
          {"password_changed", render_time(user.password_changed)}};
}

Json render_token(const people::Token& token) {
  return {{"id", token.id},
          {"name", token.name},
          {"scope", people::name_of(token.scope)},
          {"owner", token.owner.empty() ? Json(nullptr) : Json(token.owner)},
          {"created", render_time(token.created)},
          {"expires", time_or_null(token.expires)},
          {"used", time_or_null(token.used)}};
}

Json render_change(const people::Change& change) {
  return {{"id", change.id},         {"time", render_time(change.at)},
          {"who", change.who},       {"address", change.address.empty() ? Json(nullptr) : Json(change.address)},
          {"method", change.method}, {"path", change.path},
          {"status", change.status}, {"note", change.note}};
}

/// As the database numbers its rows; one that is larger is nobody's.
std::int64_t to_row(std::uint64_t id) { return static_cast<std::int64_t>(std::min<std::uint64_t>(id, INT64_MAX)); }

/// "expires_days": a token that nobody thought about ends after 90.
Result<std::optional<WallTime>> parse_expiry(const Json& body, WallTime now) {
  const auto found = body.find("expires_days");
  if (found == body.end()) return now + std::chrono::hours(24 * 90);
  if (found->is_null()) return std::optional<WallTime>();
  if (!found->is_number_unsigned() || found->get<std::uint64_t>() < 1 || found->get<std::uint64_t>() > most_days)
    return fail(ErrorKind::invalid, "\"expires_days\" must be 1 to 36500, or null for never.");
  return now + std::chrono::hours(24 * found->get<std::int64_t>());
}

}  // namespace

Answer list_users(const Request&, const Site& site) {
  Json list = Json::array();
  if (site.services.accounts != nullptr) {
    for (const people::User& user : site.services.accounts->users()) list.push_back(render_user(user));
  }
  return make_json(200, {{"users", std::move(list)}});
}

Answer add_user(const Request& request, const Site& site) {
  if (site.services.accounts == nullptr) return no_users();
  const auto body = parse_body(request, {"name", "role", "password"});
  if (!body) return make_problem(body.error());
  const auto name = require_text(*body, "name");
  if (!name) return make_problem(name.error());
  const auto role_name = require_text(*body, "role");
  if (!role_name) return make_problem(role_name.error());
  const auto role = people::parse_role(*role_name);
  if (!role) return make_problem(role.error());
  const auto password = require_text(*body, "password");
  if (!password) return make_problem(password.error());
  const auto made = site.services.accounts->add_user(*name, *role, *password);
  if (!made) return make_problem(made.error());
  Answer answer = make_json(201, render_user(*made));
  answer.set_note(fmt::format("user {}, role {}", *name, *role_name));
  return answer;
}

Answer put_user(const Request& request, const Site& site) {
  if (site.services.accounts == nullptr) return no_users();
  const auto body = parse_body(request, {"role", "password"});
  if (!body) return make_problem(body.error());
  std::optional<people::Role> role;
  std::optional<std::string> password;
  if (body->contains("role")) {
    const auto name = require_text(*body, "role");
    if (!name) return make_problem(name.error());
    const auto parsed = people::parse_role(*name);
    if (!parsed) return make_problem(parsed.error());
    role = *parsed;
  }
  if (body->contains("password")) {
    auto text = require_text(*body, "password");
    if (!text) return make_problem(text.error());
    password = std::move(*text);
  }
  const auto changed = site.services.accounts->change_user(request.captures[0], role, password);
  if (!changed) return make_problem(changed.error());
  Answer answer = make_json(200, render_user(*changed));
  answer.set_note(fmt::format("role {}{}", people::name_of(changed->role), password ? ", a new password" : ""));
  return answer;
}

Answer remove_user(const Request& request, const Site& site) {
  if (site.services.accounts == nullptr) return no_users();
  const auto done = site.services.accounts->remove_user(request.captures[0]);
  return done ? Answer(204) : make_problem(done.error());
}

Answer list_tokens(const Request&, const Site& site) {
  Json list = Json::array();
  if (site.services.accounts != nullptr) {
    for (const people::Token& token : site.services.accounts->tokens()) list.push_back(render_token(token));
  }
  return make_json(200, {{"tokens", std::move(list)}});
}

Answer add_token(const Request& request, const Site& site) {
  if (site.services.accounts == nullptr) return no_users();
  const auto body = parse_body(request, {"name", "scope", "expires_days"});
  if (!body) return make_problem(body.error());
  const auto name = require_text(*body, "name");
  if (!name) return make_problem(name.error());
  const auto scope_name = require_text(*body, "scope");
  if (!scope_name) return make_problem(scope_name.error());
  const auto scope = people::parse_scope(*scope_name);
  if (!scope) return make_problem(scope.error());
  const auto expires = parse_expiry(*body, site.services.clock.wall_now());
  if (!expires) return make_problem(expires.error());
  // Whoever holds a token makes tokens of nobody's: they must not outlive what an admin revokes.
  if (request.caller.via == people::Principal::Via::token)
    return make_problem(403, "A token makes no tokens; log in, or use the command line on the server.");
  const auto made = site.services.accounts->add_token(*name, *scope, request.caller.user, *expires);
  if (!made) return make_problem(made.error());
  Json shown = render_token(made->token);
  shown["token"] = made->secret;
  Answer answer = make_json(201, shown);
  answer.set_note(fmt::format("token {}, scope {}", made->token.id, *scope_name));
  return answer;
}

Answer remove_token(const Request& request, const Site& site) {
  if (site.services.accounts == nullptr) return no_users();
  const auto id = require_number("id", request.captures[0]);
  if (!id) return make_problem(id.error());
  const auto done = site.services.accounts->remove_token(to_row(*id));
  return done ? Answer(204) : make_problem(done.error());
}

Answer list_changes(const Request& request, const Site& site) {
  const auto words = parse_log_words(request, {"before"});
  if (!words) return make_problem(words.error());
  people::ChangeQuery query;
  // The newest come first: what comes after one in the list is what was before it. "before" is the older word for it.
  if (const auto id = words->after ? words->after : words->before) query.before = to_row(*id);
  const std::size_t limit = words->limit.value_or(query.limit);
  query.limit = limit + 1;
  const auto changes =
      site.services.accounts != nullptr ? site.services.accounts->changes(query) : std::vector<people::Change>{};
  return make_cut_list(
      request, "changes", changes, limit,
      [](const people::Change& change) { return static_cast<std::uint64_t>(change.id); }, render_change);
}

}  // namespace bootferry::http::api
