// SPDX-License-Identifier: Apache-2.0
#include "http/authority.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "http/proxy_login.hpp"

namespace bootferry::http {
namespace {

using people::Principal;
using people::Right;
using Via = Principal::Via;

constexpr std::size_t longest_secret = 200;

bool is_read(Method method) { return method == Method::get || method == Method::head || method == Method::options; }

/// The token of "Bearer TOKEN"; nothing for other schemes, which may be meant for a proxy.
std::optional<std::string_view> bearer_of(std::string_view header) {
  constexpr std::string_view scheme = "bearer ";
  if (header.size() < scheme.size()) return std::nullopt;
  if (!std::equal(scheme.begin(), scheme.end(), header.begin(),
                  [](char want, char have) { return want == (have | 0x20); }))
    return std::nullopt;
  header.remove_prefix(scheme.size());
  while (header.starts_with(' ')) header.remove_prefix(1);
  return header;
}

/// RFC 6454 7: "https://host:port"; what a browser sends with each write. Compared with where the request went.
bool is_own_origin(const Request& request) {
  const std::string own = fmt::format("{}://{}", request.secure ? "https" : "http", request.host);
  return request.origin == own;
}

/// A foreign page can make a browser send the cookie; it can set no header of its own without asking us first (CORS),
/// which we never allow, and it cannot lie about its origin.
bool was_sent_by_our_page(const Request& request) { return request.from_our_page || is_own_origin(request); }

Answer ask_for_login(std::string_view sentence, bool wrong_token) {
  Answer answer =
      make_problem(401, sentence,
                   "Log in with POST /api/v1/login, or send \"Authorization: Bearer TOKEN\" with a token of "
                   "\"bootferry token create\".");
  answer.add_header("WWW-Authenticate",
                    wrong_token ? "Bearer realm=\"Bootferry\", error=\"invalid_token\"" : "Bearer realm=\"Bootferry\"");
  return answer;
}

/// Of "10.0.0.1:8080" and of "[fd00::1]:8080" (RFC 3986 3.2.2).
std::string_view without_port(std::string_view host) {
  const std::size_t literal_end = host.starts_with('[') ? host.find(']') : 0;
  return literal_end == std::string_view::npos ? "" : host.substr(0, host.find(':', literal_end));
}

/// A page is sent on to where it is safe; a program is told.
Answer refuse_plain(const Request& request, const Gate& gate) {
  const std::string_view host = without_port(request.host);
  const bool page =
      !request.path().starts_with("/api/") && is_read(request.method) && gate.https_port != 0 && !host.empty();
  if (!page) {
    return make_problem(403, "This server answers machines that boot over plain HTTP, and everybody else over HTTPS.",
                        fmt::format("Use https and port {}; the setting is http.require_https.", gate.https_port));
  }
  Answer answer(308);
  answer.add_header("Location", fmt::format("https://{}:{}/", host, gate.https_port));
  return answer;
}

}  // namespace

std::string_view login_cookie_name(bool secure) { return secure ? "__Secure-bootferry" : "bootferry"; }

std::string_view find_cookie(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(';'), header.size());
    std::string_view pair = header.substr(0, end);
    header.remove_prefix(std::min(end + 1, header.size()));
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
      return pair.substr(name.size() + 1);
  }
  return {};
}

Result<Principal> identify(const Request& request, const Gate& gate) {
  if (request.door == Door::control) return Principal{Right::control, Via::socket, {}, "root", {}, 0};
  if (const auto token = bearer_of(request.authorization)) {
    if (!gate.admin_token.empty() && people::same_secret(*token, gate.admin_token))
      return Principal{Right::admin, Via::file_token, {}, "the admin token", {}, 0};
    if (gate.accounts != nullptr && token->size() <= longest_secret) {
      if (auto known = gate.accounts->find_token(*token)) return *known;
    }
    return fail(ErrorKind::denied, "This token is not known, or it has expired.");
  }
  auto by_proxy = find_proxy_user(request.proxy_user, gate);
  if (by_proxy && *by_proxy) return **by_proxy;
  if (gate.accounts != nullptr) {
    const std::string_view secret = find_cookie(request.cookie, login_cookie_name(request.secure));
    if (!secret.empty() && secret.size() <= longest_secret) {
      if (auto known = gate.accounts->find_login(secret)) return *known;
    }
  }
  const bool open = gate.accounts == nullptr || gate.accounts->needs_first_visit();
  if (!by_proxy && !open) return std::unexpected(by_proxy.error());
  return Principal{open ? Right::read : Right::anyone, Via::nothing, {}, "nobody", {}, 0};
}

Answer make_refusal(const people::Refusal& refusal) {
  if (refusal.why == people::Refusal::Why::failed) return make_problem(refusal.error);
  const bool wrong = refusal.why == people::Refusal::Why::wrong;
  Answer answer = make_problem(wrong ? 401 : 429, refusal.error.message);
  if (wrong)
    answer.add_header("WWW-Authenticate", "Bearer realm=\"Bootferry\"");
  else
    answer.add_header("Retry-After", std::to_string(people::LoginLimit::pause.count()));
  return answer;
}

std::optional<Answer> refuse(Request& request, Right needed, const Gate& gate) {
  if (needed == Right::boot) return std::nullopt;
  const bool lan = request.door == Door::lan;
  if (lan && gate.require_https && !request.secure) return refuse_plain(request, gate);
  auto caller = identify(request, gate);
  if (caller) request.caller = *caller;
  if (needed == Right::control && lan)
    return make_problem(403, "This is answered only on the server's own Unix socket; use the command line there.");
  const bool metrics = gate.open_metrics && request.path() == "/metrics";
  if (needed > Right::anyone && !metrics) {
    if (!caller) return ask_for_login(caller.error().message, bearer_of(request.authorization).has_value());
    if (caller->right < needed && caller->via == Via::nothing)
      return ask_for_login("This needs somebody who is logged in, or a token.", false);
    if (caller->right < needed) {
      return make_problem(403, fmt::format("This needs the right \"{}\"; {} has \"{}\".", people::name_of(needed),
                                           caller->description, people::name_of(caller->right)));
    }
  }
  if (!lan || is_read(request.method)) return std::nullopt;
  const bool by_itself = request.caller.via == Via::login || request.caller.via == Via::proxy;
  const bool foreign = !request.origin.empty() || by_itself;
  const bool by_token = request.caller.via == Via::token || request.caller.via == Via::file_token;
  if (!by_token && foreign && !was_sent_by_our_page(request)) {
    return make_problem(403, "Another web page asked for this change in your name; it was not done.",
                        "Programs that use a login's cookie, or a proxy's login, send the header \"X-Bootferry: 1\".");
  }
  return std::nullopt;
}

}  // namespace bootferry::http
