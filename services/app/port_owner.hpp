// SPDX-License-Identifier: Apache-2.0
// Who holds a port: turns "address already in use" into a sentence with a name in it. Reads /proc; called when a start
// fails.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace bootferry::app {

enum class PortKind { udp, tcp };

struct PortOwner {
  int pid = 0;
  std::string program;  ///< its short name, e.g. "dnsmasq"
};

/// Nobody when the port is free, or its owner is hidden from us (another user's process).
[[nodiscard]] std::optional<PortOwner> find_port_owner(PortKind kind, std::uint16_t port);

/// "UDP port 67 is taken by dnsmasq (pid 123); stop it or choose another with ports.dhcp", or the fitting sentence for
/// no right.
[[nodiscard]] std::string explain_bind_failure(int error_number, PortKind kind, std::uint16_t port,
                                               const std::string& setting);

}  // namespace bootferry::app
