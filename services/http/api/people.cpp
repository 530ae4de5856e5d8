// SPDX-License-Identifier: Apache-2.0
// The first visit, logging in and out, one's own password, and who is logged in.
#include <fmt/format.h>

#include "http/api/json.hpp"
#include "http/api/resources.hpp"
#include "http/authority.hpp"
#include "http/first_visit.hpp"
#include "http/syntax/date.hpp"

namespace bootferry::http::api {
namespace {

using people::Principal;

Answer no_users() { return make_problem(501, "This server has no users."); }

Json render_me(const Principal& caller, const Site& site) {
  constexpr std::string_view ways[] = {"nothing", "login", "token", "file-token", "socket", "proxy"};
  return {{"user", caller.user.empty() ? Json(nullptr) : Json(caller.user)},
          {"right", people::name_of(caller.right)},
          {"via", ways[static_cast<std::size_t>(caller.via)]},
          {"first_visit", site.services.accounts != nullptr && site.services.accounts->needs_first_visit()},
          {"refused", nullptr}};
}

std::string cookie_of(const Request& request, std::string_view value, std::chrono::seconds max_age) {
  return fmt::format("{}={}; Path={}/; Max-Age={}; HttpOnly; SameSite=Strict{}", login_cookie_name(request.secure),
                     value, request.prefix, max_age.count(), request.secure ? "; Secure" : "");
}

people::Origin origin_of(const Request& request) { return {request.from, request.user_agent}; }

/// The cookie of a new login, or why there is none.
Answer answer_login(const Request& request, const Site& site, const people::LoginResult& result, unsigned good,
                    const std::string& name) {
  if (result) {
    Answer answer = make_json(good, render_me(result->principal, site));
    const auto lasts =
        std::chrono::duration_cast<std::chrono::seconds>(result->expires - site.services.clock.wall_now());
    answer.add_header("Set-Cookie", cookie_of(request, result->secret, lasts));
    answer.set_note("user " + name);
    return answer;
  }
  Answer answer = make_refusal(result.error());
  // A name that is none could be a password that slipped into the wrong field: it is not written down.
  answer.set_note(people::check_user_name(name) ? "user " + name : "");
  return answer;
}

Json render_login(const people::Login& login, const Request& request) {
  return {{"id", login.digest.substr(0, 12)},
          {"user", login.user},
          {"created", render_time(login.created)},
          {"seen", render_time(login.seen)},
          {"expires", render_time(login.expires)},
          {"address", login.address.empty() ? Json(nullptr) : Json(login.address)},
          {"agent", login.agent},
          {"current", login.digest == request.caller.login}};
}

}  // namespace

Answer get_first_visit(const Request&, const Site& site) {
  const bool needed = site.services.accounts != nullptr && site.services.accounts->needs_first_visit();
  return make_json(200, {{"needed", needed}});
}

Answer get_first_visit_code(const Request&, const Site& site) {
  if (site.services.accounts == nullptr) return no_users();
  const std::string code = site.services.accounts->first_visit_code();
  if (code.empty()) return make_problem(409, "There is an admin already; the page asks for his name and password.");
  return make_json(200, {{"code", code}, {"url", render_first_visit_url(site.settings, code)}});
}

Answer set_up(const Request& request, const Site& site) {
  if (site.services.accounts == nullptr) return no_users();
  const auto body = parse_body(request, {"code", "name", "password"});
  if (!body) return make_problem(body.error());
  const auto code = require_text(*body, "code");
  if (!code) return make_problem(code.error());
  const auto name = require_text(*body, "name");
  if (!name) return make_problem(name.error());
  const auto password = require_text(*body, "password");
  if (!password) return make_problem(password.error());
  const auto made = site.services.accounts->set_up(*code, *name, *password, origin_of(request));
  return answer_login(request, site, made, 201, *name);
}

Answer log_in(const Request& request, const Site& site) {
  if (site.services.accounts == nullptr) return no_users();
  const auto body = parse_body(request, {"name", "password"});
  if (!body) return make_problem(body.error());
  const auto name = require_text(*body, "name");
  if (!name) return make_problem(name.error());
  const auto password = require_text(*body, "password");
  if (!password) return make_problem(password.error());
  const auto made = site.services.accounts->log_in(*name, *password, origin_of(request));
  // Whoever this browser was before, he is not any more.
  if (made) (void)site.services.accounts->log_out(request.caller);
  return answer_login(request, site, made, 200, *name);
}

Answer log_out(const Request& request, const Site& site) {
  if (site.services.accounts == nullptr) return no_users();
  if (auto done = site.services.accounts->log_out(request.caller); !done) return make_problem(done.error());
  Answer answer(204);
  answer.add_header("Set-Cookie", cookie_of(request, "", std::chrono::seconds{0}));
  answer.add_header("Cache-Control", "no-store");
  return answer;
}

/// Who was refused is told why: his page has nothing else to go by.
Answer get_me(const Request& request, const Site& site) {
  Json me = render_me(request.caller, site);
  if (const auto known = identify(request, gate_of(site)); !known) me["refused"] = known.error().message;
  return make_json(200, me);
}

Answer put_own_password(const Request& request, const Site& site) {
  if (site.services.accounts == nullptr) return no_users();
  const auto body = parse_body(request, {"old", "new"});
  if (!body) return make_problem(body.error());
  const auto old_password = require_text(*body, "old");
  if (!old_password) return make_problem(old_password.error());
  const auto new_password = require_text(*body, "new");
  if (!new_password) return make_problem(new_password.error());
  const auto made =
      site.services.accounts->change_own_password(request.caller, *old_password, *new_password, origin_of(request));
  return answer_login(request, site, made, 200, request.caller.user);
}

/// Everybody sees his own; admins see all.
Answer list_logins(const Request& request, const Site& site) {
  Json list = Json::array();
  if (site.services.accounts != nullptr) {
    for (const people::Login& login : site.services.accounts->logins()) {
      if (request.caller.right >= people::Right::admin || login.user == request.caller.user)
        list.push_back(render_login(login, request));
    }
  }
  return make_json(200, {{"logins", std::move(list)}});
}

Answer end_login(const Request& request, const Site& site) {
  if (site.services.accounts == nullptr) return no_users();
  const bool admin = request.caller.right >= people::Right::admin;
  if (!admin && request.caller.user.empty()) return make_problem(403, "Only admins end the logins of others.");
  const auto done = site.services.accounts->end_login(request.captures[0], admin ? std::string() : request.caller.user);
  return done ? Answer(204) : make_problem(done.error());
}

}  // namespace bootferry::http::api
