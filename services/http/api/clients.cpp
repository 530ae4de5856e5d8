// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <vector>

#include "http/api/json.hpp"
#include "http/api/paging.hpp"
#include "http/api/resources.hpp"
#include "http/api/vendor.hpp"
#include "http/boot_scripts.hpp"

namespace bootferry::http::api {

Answer list_clients(const Request& request, const Site& site) {
  return make_list(
      request, "clients", site.services.administration.clients(),
      [](const boot::ClientView& view) { return view.client.mac; },
      [&](const boot::ClientView& view) { return render_client(view, vendor_of(view.client.mac, site)); });
}

namespace {

Answer show_client(const boot::ClientView& view, const Site& site) {
  return make_resource(200, render_client(view, vendor_of(view.client.mac, site)),
                       {"known", "vendor", "address", "architecture", "uuid", "serial", "state", "first_seen",
                        "last_seen", "last_boot"});
}

/// Which of its keys a body names: what was changed, without saying to what.
std::string name_keys(const Json& body) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : body.items()) keys.push_back(key);
  return fmt::format("{}", fmt::join(keys, ", "));
}

}  // namespace

Answer get_client(const Request& request, const Site& site) {
  const auto mac = require_mac(request);
  if (!mac) return make_problem(mac.error());
  const auto view = site.services.administration.require_client(*mac);
  return view ? show_client(*view, site) : make_problem(view.error());
}

Answer put_client(const Request& request, const Site& site) {
  const auto mac = require_mac(request);
  if (!mac) return make_problem(mac.error());
  const auto body = parse_body(request, {"name", "boot", "reserved_address", "access", "entries", "default_entry",
                                         "menu_timeout", "next_boot", "groups", "variables", "quirks"});
  if (!body) return make_problem(body.error());
  const auto change = parse_client_change(*body);
  if (!change) return make_problem(change.error());
  const auto view = site.services.administration.put_client(*mac, *change);
  Answer answer = view ? show_client(*view, site) : make_problem(view.error());
  answer.set_note(name_keys(*body));
  return answer;
}

Answer get_client_script(const Request& request, const Site& site) {
  const auto mac = require_mac(request);
  if (!mac) return make_problem(mac.error());
  const RenderedScript script = preview_script(*mac, site);
  return make_json(200, {{"template", script.name}, {"text", script.sentence}, {"script", script.text}});
}

Answer remove_client(const Request& request, const Site& site) {
  const auto mac = require_mac(request);
  if (!mac) return make_problem(mac.error());
  const auto done = site.services.administration.remove_client(*mac);
  return done ? Answer(204) : make_problem(done.error());
}

}  // namespace bootferry::http::api
