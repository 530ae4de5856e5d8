// SPDX-License-Identifier: Apache-2.0
// Machines of ours whose DISCOVER comes in at another interface of this server than the one that is served: the cable
// is in the wrong socket, or the wrong interface was chosen. Fed by Server, on loop 0; pure.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "boot/client_registry.hpp"
#include "boot/event.hpp"
#include "dhcp/message.hpp"

namespace bootferry::dhcp {

class Elsewhere {
 public:
  /// The machine was heard at the interface that is served.
  void note_here(const MacAddress& mac, SteadyTime now);

  /// A message that came in at the other interface of that name. Tells, once a minute, of a known machine that netboots
  /// and tries again: its first try may have come here too, by a bridge.
  [[nodiscard]] std::optional<boot::Event> on_request(const Message& request, const std::string& interface,
                                                      const boot::RegistrySnapshot& registry, SteadyTime now);

 private:
  struct Heard {
    std::optional<SteadyTime> here, first_there, told;
  };
  static constexpr std::size_t max_machines = 4096;

  Heard& of(const MacAddress& mac);

  std::unordered_map<MacAddress, Heard> machines_;
};

}  // namespace bootferry::dhcp
