// SPDX-License-Identifier: Apache-2.0
#include "http/site.hpp"

#include "http/authority.hpp"

namespace bootferry::http {

Gate gate_of(const Site& site) {
  return {site.services.accounts,
          site.settings.admin_token,
          site.settings.open_metrics,
          site.settings.require_https,
          site.settings.certificate ? site.settings.https_port : std::uint16_t{0},
          site.settings.admin_group,
          site.settings.viewer_group};
}

}  // namespace bootferry::http
