// SPDX-License-Identifier: Apache-2.0
// The kernel's ARP and neighbour discovery table of one interface, asked for one address at a time (rtnetlink(7),
// RTM_GETNEIGH). Owned by app; thread-safe.
#pragma once

#include <mutex>

#include "boot/neighbours.hpp"

namespace bootferry::app {

class NeighbourTable final : public boot::Neighbours {
 public:
  explicit NeighbourTable(unsigned interface_index);
  ~NeighbourTable() override;
  NeighbourTable(const NeighbourTable&) = delete;
  NeighbourTable& operator=(const NeighbourTable&) = delete;
  [[nodiscard]] std::optional<MacAddress> find(const IpAddress& address) const override;

 private:
  const unsigned interface_index_;
  const int kernel_;  ///< the socket; negative: there is none, and nobody is known
  mutable std::mutex mutex_;
  mutable std::uint32_t questions_ = 0;  ///< guarded
};

}  // namespace bootferry::app
