// SPDX-License-Identifier: Apache-2.0
// The templates of boot scripts: the built-in ones, and the user's own, which are tried before they are kept. A person
// may look at what a machine would get from one.
#include <fmt/format.h>

#include <algorithm>

#include "http/api/json.hpp"
#include "http/api/resources.hpp"
#include "http/boot_scripts.hpp"
#include "http/script_renderer.hpp"
#include "http/script_templates.hpp"

namespace bootferry::http::api {
namespace {

Json summary_of(const std::string& name, const Site& site) {
  const auto own = find_own_template(name, site.scripts_folder());
  const auto verdict = own ? check_template(name, *own) : Result<void>();
  return {{"name", name}, {"own", own.has_value()}, {"problem", verdict ? Json() : Json(verdict.error().message)}};
}

/// The {name} of the path; a closed list, so that no request can name another file.
Result<std::string> require_template(const Request& request) {
  const auto names = template_names();
  const std::string& name = request.captures[0];
  if (std::ranges::find(names, name) != names.end()) return name;
  return fail(ErrorKind::not_found,
              fmt::format("there is no template {}; there are: {}", name.substr(0, 64), fmt::join(names, ", ")));
}

}  // namespace

Answer list_templates(const Request&, const Site& site) {
  Json list = Json::array();
  for (const std::string& name : template_names()) list.push_back(summary_of(name, site));
  return make_json(200, {{"templates", std::move(list)}});
}

Answer get_template(const Request& request, const Site& site) {
  const auto name = require_template(request);
  if (!name) return make_problem(name.error());
  Json json = summary_of(*name, site);
  json["text"] = read_template(*name, site.scripts_folder());
  json["built_in"] = read_template(*name, {});
  return make_json(200, json);
}

Answer put_template(const Request& request, const Site& site) {
  const auto name = require_template(request);
  if (!name) return make_problem(name.error());
  const auto body = parse_body(request, {"text"});
  if (!body) return make_problem(body.error());
  const auto text = require_text(*body, "text");
  if (!text) return make_problem(text.error());
  if (const auto good = check_template(*name, *text); !good) return make_problem(good.error());
  const auto done = write_own_template(*name, *text, site.scripts_folder());
  return done ? get_template(request, site) : make_problem(done.error());
}

Answer remove_template(const Request& request, const Site& site) {
  const auto name = require_template(request);
  if (!name) return make_problem(name.error());
  const auto done = remove_own_template(*name, site.scripts_folder());
  return done ? Answer(204) : make_problem(done.error());
}

Answer preview_template(const Request& request, const Site& site) {
  const auto name = require_template(request);
  if (!name) return make_problem(name.error());
  const auto body = parse_body(request, {"client", "text"});
  if (!body) return make_problem(body.error());
  const auto client = require_text(*body, "client");
  if (!client) return make_problem(client.error());
  const auto mac = parse_mac_address(*client);
  if (!mac) return make_problem(mac.error());
  const auto text = body->contains("text") ? require_text(*body, "text") : read_template(*name, site.scripts_folder());
  if (!text) return make_problem(text.error());
  const auto preview = http::preview_template(*mac, *name, *text, site);
  if (!preview) return make_problem(preview.error());
  return make_json(200, {{"template", *name},
                         {"used", preview->uses == *name},
                         {"uses", preview->uses},
                         {"made_up", preview->made_up},
                         {"script", preview->text}});
}

}  // namespace bootferry::http::api
