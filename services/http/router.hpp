// SPDX-License-Identifier: Apache-2.0
// The closed table of what may be asked, and of whom: a path that is not listed is 404, a method that is not listed is
// 405, and each route names the right that it needs, so that no new one can forget it. Called by connection; never
// waits, any thread.
#pragma once

#include <span>
#include <string_view>
#include <variant>

#include "http/answer.hpp"
#include "http/authority.hpp"
#include "http/request.hpp"
#include "http/site.hpp"
#include "people/right.hpp"

namespace bootferry::http {

enum class Place {
  loop,  ///< never waits
  db,    ///< may block (database, files): runs on a worker
  disk,  ///< asked on the loop first; if it answers would_block(), again on a file thread
};

struct Route {
  using Handler = Answer (*)(const Request&, const Site&);

  Method method;  ///< get stands for HEAD too
  std::string_view pattern;
  people::Right right;  ///< what the asker must have; of no default, so that no new route can forget it
  Place place;
  Handler handler;
  bool takes_query = false;   ///< of the API: others refuse a query, so that a typing error never passes silently
  bool streams_body = false;  ///< of POST: the body comes after the handler was asked, and may be large
  bool only_looks = false;    ///< of POST: changes nothing, so that the audit log has no line of it
};

/// All routes of docs/api.md.
[[nodiscard]] std::span<const Route> all_routes();
/// Is the body of such a request left on the wire until its handler takes it? `target` as sent: the path, whatever a
/// proxy put before it, and the query.
[[nodiscard]] bool streams_body(Method method, std::string_view target);

/// The route, with request.captures and request.caller set; or the refusal.
[[nodiscard]] std::variant<const Route*, Answer> resolve(Request& request, const Gate& gate,
                                                         std::span<const Route> routes = all_routes());

}  // namespace bootferry::http
