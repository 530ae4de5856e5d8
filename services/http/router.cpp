// SPDX-License-Identifier: Apache-2.0
#include "http/router.hpp"

#include <algorithm>

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

}  // namespace

bool streams_body(Method method, std::string_view target) {
  if (method == Method::patch) return true;
  if (method != Method::post) return false;
  const std::string_view path = target.substr(0, target.find('?'));
  return std::ranges::any_of(all_routes(),
                             [&](const Route& route) { return route.streams_body && path.ends_with(route.pattern); });
}

std::variant<const Route*, Answer> resolve(Request& request, const Gate& gate, std::span<const Route> routes) {
  const Method wanted = request.method == Method::head ? Method::get : request.method;
  std::string allowed;
  for (const Route& route : routes) {
    auto captures = match_path(route.pattern, request.path());
    if (!captures) continue;
    if (route.method != wanted) {
      const std::string_view name = name_of(route.method);
      if (allowed.find(name) == std::string::npos) allowed.append(allowed.empty() ? "" : ", ").append(name);
      continue;
    }
    if (auto refusal = refuse(request, route.right, gate)) return std::move(*refusal);
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
