// SPDX-License-Identifier: Apache-2.0
// The DHCPv6 service's mind: a message in, at most one answer out, with the boot file's URL (RFC 5970) and never an
// address. So it stands beside any router: whoever gives addresses goes on doing so. Owned by Server, on loop 0; pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/rate_limit.hpp"
#include "boot/client_registry.hpp"
#include "boot/event.hpp"
#include "dhcpv6/client_facts.hpp"

namespace bootferry::dhcpv6 {

struct Settings {
  std::string interface;
  unsigned interface_index = 0;
  MacAddress interface_mac;  ///< of our DUID
  std::uint16_t server_port = 547;
  std::uint16_t boot_server_port = 4011;
  boot::BootSettings boot;
};

struct Answer {
  std::optional<Message> reply;
  std::vector<boot::Event> events;
  std::optional<boot::Sighting> seen;
};

class Responder {
 public:
  /// `registry` outlives the responder.
  Responder(Settings settings, const boot::ClientRegistry& registry);

  /// `server_address`: ours, as the machine can reach it, e.g. "fd00::1".
  [[nodiscard]] Answer on_message(const Message& message, const Origin& origin, const std::string& server_address,
                                  SteadyTime now);

 private:
  [[nodiscard]] bool is_for_us(const Message& message, const Origin& origin) const;
  [[nodiscard]] std::string url_of(const boot::LoaderDecision& decision, boot::Firmware firmware,
                                   const std::string& server_address) const;

  Settings settings_;
  const boot::ClientRegistry& registry_;
  Bytes duid_;
  RateLimit event_limit_{1000, 100};
};

}  // namespace bootferry::dhcpv6
