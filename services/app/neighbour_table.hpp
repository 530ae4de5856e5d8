// SPDX-License-Identifier: Apache-2.0
// The kernel's ARP and neighbour discovery table of one interface, asked for one address at a time (rtnetlink(7),
// RTM_GETNEIGH). Owned by app; thread-safe.
#pragma once

#include "boot/neighbours.hpp"

namespace bootferry::app {

class NeighbourTable final : public boot::Neighbours {
 public:
  explicit NeighbourTable(unsigned interface_index) : interface_index_(interface_index) {}
  [[nodiscard]] std::optional<MacAddress> find(const IpAddress& address) const override;

 private:
  const unsigned interface_index_;
};

}  // namespace bootferry::app
