// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "http/api/json.hpp"
#include "http/api/resources.hpp"

namespace bootferry::http::api {
namespace {

Result<std::uint64_t> parse_id(const Request& request) {
  const std::string& text = request.captures[0];
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size())
    return fail(ErrorKind::invalid, "A session's id is a number.");
  return id;
}

}  // namespace

Answer list_sessions(const Request&, const Site& site) {
  Json list = Json::array();
  for (const boot::SessionView& view : site.services.administration.sessions()) list.push_back(render_session(view));
  return make_json(200, {{"sessions", std::move(list)}});
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
