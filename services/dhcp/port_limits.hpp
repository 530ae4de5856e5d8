// SPDX-License-Identifier: Apache-2.0
// How many machines may be behind one port of a relay that tells its ports (RFC 3046 option 82): a machine that makes
// up MACs empties no pool by way of its switch port. Owned by AddressServer, on loop 0; pure, bounded.
#pragma once

#include <map>
#include <string>
#include <unordered_map>

#include "base/clock.hpp"
#include "dhcp/message.hpp"

namespace bootferry::dhcp {

class PortLimits {
 public:
  static constexpr std::size_t machines_a_port = 32;  ///< within `memory`; a switch behind the port may have that many
  static constexpr std::chrono::minutes memory{10};

  /// False: this machine is one too many behind its port. Messages that do not tell a port are never too many.
  [[nodiscard]] bool try_admit(const Message& message, SteadyTime now);

 private:
  static constexpr std::size_t max_ports = 4096;
  static constexpr std::chrono::seconds sweep_pause{10};        ///< a sweep looks at all of them
  using Machines = std::unordered_map<MacAddress, SteadyTime>;  ///< with the time of their last question

  SteadyTime next_sweep_{};
  std::map<std::string, Machines, std::less<>> ports_;  ///< by the relay's address and option 82
};

}  // namespace bootferry::dhcp
