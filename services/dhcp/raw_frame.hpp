// SPDX-License-Identifier: Apache-2.0
// An Ethernet frame with IPv4 and UDP (RFC 894, 791, 768), for a client that has an address but cannot answer ARP for
// it yet (RFC 2131 4.1). Built by delivery; pure.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "base/ipv4_address.hpp"
#include "base/mac_address.hpp"

namespace bootferry::dhcp {

struct UdpFrame {
  MacAddress source_mac, destination_mac;
  Ipv4Address source, destination;
  std::uint16_t source_port = 0, destination_port = 0;
};

[[nodiscard]] Bytes encode_udp_frame(const UdpFrame& head, ByteView payload);

struct UdpDatagram {
  UdpFrame head;
  ByteView payload;
};
/// Of a whole IPv4 datagram with UDP in it; empty for fragments and for lengths that do not fit. Checksums are not
/// looked at: the kernel may leave them to the NIC of the sender.
[[nodiscard]] std::optional<UdpDatagram> find_udp_datagram(ByteView frame);

/// RFC 1071: the one's complement sum of 16-bit words, `start` being the sum of a pseudo header.
[[nodiscard]] std::uint16_t internet_checksum(ByteView bytes, std::uint32_t start = 0);

}  // namespace bootferry::dhcp
