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

Answer get_network(const Request&, const Site& site) {
  const boot::Health health = site.services.administration.health();
  Json pool;
  if (health.dhcp_range) {
    pool = render_pool(boot::usage_of(*health.dhcp_range, health.network, site.services.administration.leases(),
                                      *site.services.registry.snapshot(), site.services.clock.wall_now()));
  }
  const Ipv4Network whole{health.network.first(), health.network.prefix_length};
  return make_json(200, {{"interface", health.interface},
                         {"address", health.server_address.to_string()},
                         {"network", whole.to_string()},
                         {"dhcp_mode", health.dhcp_mode},
                         {"pool", std::move(pool)}});
}

Answer list_network_servers(const Request&, const Site& site) {
  return render(site.services.network ? site.services.network->network_servers() : std::vector<boot::NetworkServer>{});
}

Answer probe_network(const Request&, const Site& site) {
  return render(site.services.network ? site.services.network->probe_network() : std::vector<boot::NetworkServer>{});
}

}  // namespace bootferry::http::api
