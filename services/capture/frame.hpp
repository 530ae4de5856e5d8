// SPDX-License-Identifier: Apache-2.0
// An Ethernet frame's headers, as far as a capture needs them: who sends what to whom, and where the payload begins.
// Fragments behind the first have no ports, and of IPv6 (RFC 8200) none are read: nobody fragments what we look at.
// Pure, any thread.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"

namespace bootferry::capture {

struct Frame {
  enum class Kind { arp, icmp, udp, tcp };  ///< icmp: also ICMPv6, whose neighbour discovery is IPv6's ARP
  static constexpr std::uint8_t fin = 1, syn = 2, rst = 4, ack = 16;  ///< RFC 9293 3.1

  Kind kind = Kind::arp;
  MacAddress source, destination;
  IpAddress from, to;  ///< not of ARP
  std::uint16_t from_port = 0, to_port = 0;
  std::uint8_t flags = 0;   ///< of TCP
  std::size_t payload = 0;  ///< where it begins in the frame; its end is the frame's
  std::size_t end = 0;      ///< of the IP packet: Ethernet pads short frames
};

/// Nothing: another protocol, or cut off within its headers.
[[nodiscard]] std::optional<Frame> decode_frame(ByteView bytes);

}  // namespace bootferry::capture
