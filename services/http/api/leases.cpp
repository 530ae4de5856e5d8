// SPDX-License-Identifier: Apache-2.0
#include "http/api/json.hpp"
#include "http/api/paging.hpp"
#include "http/api/resources.hpp"
#include "http/api/vendor.hpp"

namespace bootferry::http::api {

Answer list_leases(const Request& request, const Site& site) {
  const WallTime now = site.services.clock.wall_now();
  return make_list(request, "leases", site.services.administration.leases(), &boot::Lease::address,
                   [&](const boot::Lease& lease) { return render_lease(lease, vendor_of(lease.mac, site), now); });
}

}  // namespace bootferry::http::api
