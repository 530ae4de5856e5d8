// SPDX-License-Identifier: Apache-2.0
#include "http/router.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

namespace bootferry::http {
namespace {

std::string_view name_of(Method method) {
  switch (method) {
    case Method::get:
      return "GET, HEAD";
    case Method::head:
      return "HEAD";
    case Method::put:
      return "PUT";
    case Method::post:
      return "POST";
    case Method::remove:
      return "DELETE";
    case Method::patch:
      return "PATCH";
    case Method::options:
      return "OPTIONS";
    case Method::other:
      break;
  }
  return "";
}

bool is_read(Method method) { return method == Method::get || method == Method::head || method == Method::options; }

std::array<unsigned char, 32> digest(std::string_view text) {
  std::array<unsigned char, 32> out{};
  crypto_generichash(out.data(), out.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size(), nullptr,
                     0);
  return out;
}

/// Digests have one length, so that not even the token's length shows in the time taken.
bool same_secret(std::string_view a, std::string_view b) {
  const auto first = digest(a);
  const auto second = digest(b);
  return sodium_memcmp(first.data(), second.data(), first.size()) == 0;
}

bool starts_with_bearer(std::string_view text) {
  constexpr std::string_view scheme = "bearer ";
  return text.size() > scheme.size() && std::equal(scheme.begin(), scheme.end(), text.begin(),
                                                   [](char want, char have) { return want == (have | 0x20); });
}

Answer refuse_write(const Error& error, bool has_token) {
  if (has_token) return make_problem(403, error.message);
  Answer answer = make_problem(401, error.message);
  answer.add_header("WWW-Authenticate", "Bearer realm=\"Bootferry\"");
  return answer;
}

}  // namespace

Result<void> check_bearer(std::string_view authorization, std::string_view admin_token) {
  if (!starts_with_bearer(authorization)) {
    return fail(ErrorKind::denied,
                "Changes need the admin token: send 'Authorization: Bearer TOKEN'. The token is in the file "
                "admin-token of the server's state directory.");
  }
  std::string_view given = authorization.substr(7);
  while (given.starts_with(' ')) given.remove_prefix(1);
  if (admin_token.empty() || !same_secret(given, admin_token)) {
    return fail(ErrorKind::denied,
                "This admin token is wrong. The right one is in the file admin-token of the server's state directory.");
  }
  return {};
}

std::variant<const Route*, Answer> resolve(Request& request, std::string_view admin_token,
                                           std::span<const Route> routes) {
  const Method wanted = request.method == Method::head ? Method::get : request.method;
  std::string allowed;
  for (const Route& route : routes) {
    auto captures = match_path(route.pattern, request.path());
    if (!captures) continue;
    if (route.method != wanted) {
      if (!allowed.empty()) allowed += ", ";
      allowed += name_of(route.method);
      continue;
    }
    if (request.door == Door::lan && !is_read(request.method)) {
      if (auto checked = check_bearer(request.authorization, admin_token); !checked) {
        return refuse_write(checked.error(), starts_with_bearer(request.authorization));
      }
    }
    if (route.right == people::Right::control && request.door == Door::lan) {
      return make_problem(403, "This is answered only on the server's own Unix socket; use the command line there.");
    }
    if (!request.target.query.empty() && !route.takes_query && route.pattern.starts_with("/api/"))
      return make_problem(400, "This address takes no query; write it without the '?' and what follows.");
    request.captures = std::move(*captures);
    return &route;
  }
  if (allowed.empty()) return make_problem(404, "There is nothing at this address.");
  Answer answer = make_problem(405, "This address does not know that method; it knows " + allowed + ".");
  answer.add_header("Allow", std::move(allowed));
  return answer;
}

}  // namespace bootferry::http
