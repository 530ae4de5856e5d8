// SPDX-License-Identifier: Apache-2.0
#include "http/api/json.hpp"
#include "http/api/paging.hpp"
#include "http/api/resources.hpp"
#include "http/api/vendor.hpp"

namespace bootferry::http::api {

Answer list_assignments(const Request& request, const Site& site) {
  auto views = site.services.administration.clients();
  std::erase_if(views, [](const auto& view) { return std::holds_alternative<boot::Wait>(view.boot); });
  return make_list(
      request, "assignments", std::move(views), [](const boot::ClientView& view) { return view.client.mac; },
      [](const boot::ClientView& view) {
        return Json{{"mac", view.client.mac.to_string()}, {"boot", render_boot(view.boot)}};
      });
}

Answer put_assignment(const Request& request, const Site& site) {
  const auto mac = require_mac(request);
  if (!mac) return make_problem(mac.error());
  const auto body = parse_json(request.body);
  if (!body) return make_problem(body.error());
  auto entry = parse_boot(*body, "The body");
  if (!entry) return make_problem(entry.error());
  boot::ClientChange change;
  change.boot = std::move(*entry);
  const auto view = site.services.administration.put_client(*mac, change);
  return view ? make_json(200, render_client(*view, vendor_of(view->client.mac, site))) : make_problem(view.error());
}

Answer remove_assignment(const Request& request, const Site& site) {
  const auto mac = require_mac(request);
  if (!mac) return make_problem(mac.error());
  // Without this, forgetting a machine that nobody knows would make it known.
  const auto known = site.services.administration.require_client(*mac);
  if (!known) return make_problem(known.error());
  boot::ClientChange change;
  change.entries.emplace();  // none: then rules and the default count again
  const auto view = site.services.administration.put_client(*mac, change);
  return view ? Answer(204) : make_problem(view.error());
}

}  // namespace bootferry::http::api
