// SPDX-License-Identifier: Apache-2.0
#include "http/api/json.hpp"
#include "http/api/resources.hpp"

namespace bootferry::http::api {

/// Whoever may not read is told that the server is well, for probes, and nothing of the house.
Answer get_health(const Request& request, const Site& site) {
  if (request.caller.right < people::Right::read) return make_json(200, {{"status", "ok"}});
  const boot::Health health = site.services.administration.health();
  const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(health.now - health.started);
  return make_json(200, {{"status", "ok"},
                         {"version", health.version},
                         {"started", render_time(health.started)},
                         {"uptime_seconds", uptime.count()},
                         {"interface", health.interface},
                         {"server_address", health.server_address.to_string()},
                         {"dhcp_mode", health.dhcp_mode},
                         {"ports",
                          {{"dhcp", health.dhcp_port},
                           {"pxe", health.pxe_port},
                           {"tftp", health.tftp_port},
                           {"http", health.http_port},
                           {"https", health.https_port},
                           {"iscsi", health.iscsi_port}}},
                         {"clients", health.clients},
                         {"images", health.images},
                         {"sessions", health.sessions},
                         {"warnings", health.warnings}});
}

}  // namespace bootferry::http::api
