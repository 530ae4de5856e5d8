// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "http/api/json.hpp"
#include "http/api/resources.hpp"

namespace bootferry::http::api {

Answer list_sessions(const Request&, const Site& site) {
  Json list = Json::array();
  for (const boot::SessionView& view : site.services.administration.sessions()) list.push_back(render_session(view));
  return make_json(200, {{"sessions", std::move(list)}});
}

Answer drop_session(const Request& request, const Site& site) {
  const std::string& text = request.captures[0];
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size()) return make_problem(400, "A session's id is a number.");
  const auto done = site.services.administration.drop_session(id);
  return done ? Answer(204) : make_problem(done.error());
}

}  // namespace bootferry::http::api
