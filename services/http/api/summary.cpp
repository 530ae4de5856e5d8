// SPDX-License-Identifier: Apache-2.0
#include "http/api/json.hpp"
#include "http/api/resources.hpp"

namespace bootferry::http::api {

/// Scalars only, and no object in it: what reads it has no language for templates.
Answer get_summary(const Request&, const Site& site) {
  if (!site.services.summary) return make_problem(501, "This server does not offer that.");
  const boot::Summary summary = site.services.summary->summary();
  Json value{{"version", summary.version},
             {"started_at", render_time(summary.started)},
             {"clients", summary.clients},
             {"clients_running", summary.clients_running},
             {"clients_unknown", summary.clients_unknown},
             {"images", summary.images},
             {"sessions", summary.sessions},
             {"jobs_running", summary.jobs_running},
             {"boots_24h", summary.boots.all},
             {"failed_boots_24h", summary.boots.failed}};
  const auto& failed = summary.last_failed_boot;
  value["last_failed_boot_client"] = failed ? Json(failed->client) : Json(nullptr);
  value["last_failed_boot_mac"] = failed ? Json(failed->mac.to_string()) : Json(nullptr);
  value["last_failed_boot_at"] = failed ? Json(render_time(failed->started)) : Json(nullptr);
  value["last_failed_boot_reason"] = failed ? Json(failed->reason) : Json(nullptr);
  value["other_dhcp_servers"] = summary.other_dhcp_servers;
  value["bytes_free"] = summary.free.value;
  value["read_bytes_per_second"] = summary.each_second.read.value;
  value["write_bytes_per_second"] = summary.each_second.written.value;
  return make_json(200, value);
}

}  // namespace bootferry::http::api
