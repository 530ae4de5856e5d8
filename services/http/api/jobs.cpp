// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "http/api/json.hpp"
#include "http/api/resources.hpp"

namespace bootferry::http::api {
namespace {

Answer no_job(std::string_view id) {
  return make_problem(404, "There is no job " + std::string(id.substr(0, 20)) + "; \"bootferry job list\" shows all.");
}

}  // namespace

Answer list_jobs(const Request&, const Site& site) {
  Json list = Json::array();
  const auto jobs = site.services.intake ? site.services.intake->jobs() : std::vector<boot::JobView>{};
  for (const boot::JobView& job : jobs) list.push_back(render_job(job));
  return make_json(200, {{"jobs", std::move(list)}});
}

Answer get_job(const Request& request, const Site& site) {
  const auto id = require_number("id", request.captures[0]);
  const auto jobs = site.services.intake ? site.services.intake->jobs() : std::vector<boot::JobView>{};
  const auto found = std::ranges::find_if(jobs, [&](const auto& job) { return id && job.id == *id; });
  return found == jobs.end() ? no_job(request.captures[0]) : make_json(200, render_job(*found));
}

Answer cancel_job(const Request& request, const Site& site) {
  const auto id = require_number("id", request.captures[0]);
  if (!id || site.services.intake == nullptr) return no_job(request.captures[0]);
  const auto done = site.services.intake->cancel_job(*id);
  return done ? Answer(204) : make_problem(done.error());
}

}  // namespace bootferry::http::api
