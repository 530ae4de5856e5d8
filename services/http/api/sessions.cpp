// SPDX-License-Identifier: Apache-2.0
#include "http/api/json.hpp"
#include "http/api/paging.hpp"
#include "http/api/resources.hpp"

namespace bootferry::http::api {
namespace {

Result<std::uint64_t> parse_id(const Request& request) { return require_number("id", request.captures[0]); }

}  // namespace

Answer list_sessions(const Request& request, const Site& site) {
  return make_list(request, "sessions", site.services.administration.sessions(), &boot::SessionView::id,
                   render_session);
}

Answer get_session(const Request& request, const Site& site) {
  const auto id = parse_id(request);
  if (!id) return make_problem(id.error());
  for (const boot::SessionView& view : site.services.administration.sessions()) {
    if (view.id == *id) return make_json(200, render_session(view));
  }
  return make_problem(404, "There is no session " + std::to_string(*id) + "; \"bootferry session list\" shows all.");
}

Answer drop_session(const Request& request, const Site& site) {
  const auto id = parse_id(request);
  if (!id) return make_problem(id.error());
  const auto done = site.services.administration.drop_session(*id);
  return done ? Answer(204) : make_problem(done.error());
}

}  // namespace bootferry::http::api
