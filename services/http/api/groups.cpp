// SPDX-License-Identifier: Apache-2.0
// Groups, rules, and the default for unknown machines.
#include <fmt/format.h>

#include "http/api/json_boot.hpp"
#include "http/api/resources.hpp"

namespace bootferry::http::api {
namespace {

Answer not_kept() { return make_problem(501, "This server keeps no groups."); }

Answer answer_group(const Site& site, std::string_view name) {
  const auto registry = site.services.registry.snapshot();
  const auto found = registry->groups.find(name);
  if (found == registry->groups.end())
    return make_problem(404,
                        fmt::format("There is no group {}; \"bootferry group list\" shows all.", name.substr(0, 64)));
  return make_json(200, render_group(found->second, *registry));
}

Json rules_of(const boot::RegistrySnapshot& registry) {
  Json list = Json::array();
  for (const boot::Rule& rule : registry.rules) list.push_back(render_rule(rule));
  return {{"rules", std::move(list)}};
}

Json defaults_of(const boot::RegistrySnapshot& registry) { return {{"unknown", render_assignment(registry.unknown)}}; }

}  // namespace

Answer list_groups(const Request&, const Site& site) {
  const auto registry = site.services.registry.snapshot();
  Json list = Json::array();
  for (const auto& [name, group] : registry->groups) list.push_back(render_group(group, *registry));
  return make_json(200, {{"groups", std::move(list)}});
}

Answer get_group(const Request& request, const Site& site) { return answer_group(site, request.captures[0]); }

Answer put_group(const Request& request, const Site& site) {
  if (!site.services.assignments) return not_kept();
  const auto body = parse_body(request, {"entries", "default_entry", "menu_timeout", "variables"});
  if (!body) return make_problem(body.error());
  auto menu = parse_menu(*body);
  if (!menu) return make_problem(menu.error());
  const auto done = site.services.assignments->put_group({request.captures[0], std::move(*menu)});
  return done ? answer_group(site, request.captures[0]) : make_problem(done.error());
}

Answer remove_group(const Request& request, const Site& site) {
  if (!site.services.assignments) return not_kept();
  const auto done = site.services.assignments->remove_group(request.captures[0]);
  return done ? Answer(204) : make_problem(done.error());
}

Answer list_rules(const Request&, const Site& site) {
  return make_json(200, rules_of(*site.services.registry.snapshot()));
}

Answer put_rules(const Request& request, const Site& site) {
  if (!site.services.assignments) return not_kept();
  const auto body = parse_body(request, {"rules"});
  if (!body) return make_problem(body.error());
  const auto rules = parse_rules(body->value("rules", Json()));
  if (!rules) return make_problem(rules.error());
  const auto done = site.services.assignments->put_rules(*rules);
  return done ? list_rules(request, site) : make_problem(done.error());
}

Answer get_defaults(const Request&, const Site& site) {
  return make_json(200, defaults_of(*site.services.registry.snapshot()));
}

Answer put_defaults(const Request& request, const Site& site) {
  if (!site.services.assignments) return not_kept();
  const auto body = parse_body(request, {"unknown"});
  if (!body) return make_problem(body.error());
  if (!body->contains("unknown")) return make_problem(400, "\"unknown\" is missing.");
  const auto unknown = parse_assignment((*body)["unknown"], "\"unknown\"");
  if (!unknown) return make_problem(unknown.error());
  const auto done = site.services.assignments->put_unknown(*unknown);
  return done ? get_defaults(request, site) : make_problem(done.error());
}

}  // namespace bootferry::http::api
