// SPDX-License-Identifier: Apache-2.0
// ARP over Ethernet (RFC 826): the probe that asks whether anybody has an address (RFC 5227 2.1.1), and its answers.
// Called by server; pure.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "base/ipv4_address.hpp"
#include "base/mac_address.hpp"

namespace bootferry::dhcp {

/// A broadcast request with the sender address 0.0.0.0, so that it fills nobody's ARP cache with nonsense.
[[nodiscard]] Bytes encode_arp_probe(const MacAddress& our_mac, Ipv4Address wanted);

struct ArpClaim {
  Ipv4Address address;
  MacAddress holder;
};
/// Who says that he has which address: the sender of any ARP message that is well-formed and names one.
[[nodiscard]] std::optional<ArpClaim> find_arp_claim(ByteView frame);

}  // namespace bootferry::dhcp
