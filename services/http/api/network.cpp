// SPDX-License-Identifier: Apache-2.0
#include "http/api/json.hpp"
#include "http/api/resources.hpp"

namespace bootferry::http::api {
namespace {

Answer render(const std::vector<boot::NetworkServer>& servers) {
  Json list = Json::array();
  for (const boot::NetworkServer& server : servers) list.push_back(render_network_server(server));
  return make_json(200, {{"servers", std::move(list)}});
}

}  // namespace

Answer list_network_servers(const Request&, const Site& site) {
  return render(site.services.network ? site.services.network->network_servers() : std::vector<boot::NetworkServer>{});
}

Answer probe_network(const Request&, const Site& site) {
  return render(site.services.network ? site.services.network->probe_network() : std::vector<boot::NetworkServer>{});
}

}  // namespace bootferry::http::api
