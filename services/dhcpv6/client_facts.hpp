// SPDX-License-Identifier: Apache-2.0
// Who asks over DHCPv6: is it firmware that wants to boot, and which MAC has it (RFC 5970, RFC 8415 section 11). Called
// by responder; pure, any thread.
#pragma once

#include <optional>
#include <string>

#include "boot/boot_policy.hpp"
#include "dhcpv6/message.hpp"

namespace bootferry::dhcpv6 {

/// What the network, rather than the message, says of its sender.
struct Origin {
  Ipv6Address source{};           ///< the client's own address
  bool multicast = true;          ///< sent to ff02::1:2, to us or to a relay
  bool boot_server = false;       ///< sent to our port 4011
  std::optional<MacAddress> mac;  ///< where a relay tells it
};

struct NetbootClient {
  boot::ClientFacts facts;  ///< its MAC is all zeros when neither DUID nor address tell it
  Bytes vendor_class;       ///< option 16 of the answer: PXEClient or HTTPClient, under its own enterprise number
};

/// Empty for everybody who does not netboot.
[[nodiscard]] std::optional<NetbootClient> find_netboot_client(const Message& message, const Origin& origin);

/// Of a DUID that is made of a link-layer address (DUID-LLT, DUID-LL).
[[nodiscard]] std::optional<MacAddress> find_mac_in_duid(ByteView duid);
/// Of a link-local address that is made of a MAC (RFC 4291 appendix A), as firmware does it.
[[nodiscard]] std::optional<MacAddress> find_mac_in_address(const Ipv6Address& address);

}  // namespace bootferry::dhcpv6
