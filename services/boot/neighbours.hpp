// SPDX-License-Identifier: Apache-2.0
// Which network card answers at an address of the LAN, as the kernel knows since it talked to it. Implemented by app;
// asked by http on a network loop, so it never waits for the network.
#pragma once

#include <optional>

#include "base/ip_address.hpp"

namespace bootferry::boot {

class Neighbours {
 public:
  virtual ~Neighbours() = default;
  /// Nothing for an address behind a router, or of this machine itself.
  [[nodiscard]] virtual std::optional<MacAddress> find(const IpAddress& address) const = 0;
};

}  // namespace bootferry::boot
