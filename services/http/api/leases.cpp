// SPDX-License-Identifier: Apache-2.0
#include "http/api/json.hpp"
#include "http/api/resources.hpp"

namespace bootferry::http::api {

Answer list_leases(const Request&, const Site& site) {
  const WallTime now = site.services.clock.wall_now();
  Json list = Json::array();
  for (const boot::Lease& lease : site.services.administration.leases()) list.push_back(render_lease(lease, now));
  return make_json(200, {{"leases", std::move(list)}});
}

}  // namespace bootferry::http::api
