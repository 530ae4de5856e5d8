// SPDX-License-Identifier: Apache-2.0
// Which addresses server mode hands out: those of the settings, or the upper half of the interface's network. Asked by
// Appliance at start; pure.
#pragma once

#include <optional>
#include <string>

#include "base/ipv4_address.hpp"

namespace bootferry::app {

/// The range to use, wholly inside the interface's network: an address from anywhere else could reach nobody. The error
/// names the mend.
[[nodiscard]] Result<Ipv4Range> choose_dhcp_range(const std::optional<Ipv4Range>& wanted, const Ipv4Network& network,
                                                  const std::string& interface);

}  // namespace bootferry::app
