// SPDX-License-Identifier: Apache-2.0
#include "capture/frame.hpp"

#include <algorithm>

namespace bootferry::capture {
namespace {

constexpr std::uint16_t type_ipv4 = 0x0800, type_arp = 0x0806, type_vlan = 0x8100, type_ipv6 = 0x86dd;  // IEEE 802
constexpr std::uint8_t protocol_icmp = 1, protocol_tcp = 6, protocol_udp = 17, protocol_icmpv6 = 58;    // IANA
constexpr std::size_t ipv6_header = 40;                                                                 // RFC 8200

bool decode_tcp(ByteReader& in, Frame& frame, std::size_t begin) {
  frame.from_port = in.u16();
  frame.to_port = in.u16();
  in.skip(8);
  const std::size_t header = std::size_t{4} * (in.u8() >> 4);
  frame.flags = in.u8();
  frame.payload = begin + header;
  return in.ok() && header >= 20;
}

bool decode_udp(ByteReader& in, Frame& frame, std::size_t begin) {
  frame.from_port = in.u16();
  frame.to_port = in.u16();
  frame.payload = begin + 8;
  return in.ok();
}

/// What lies at `frame.payload`, up to `frame.end`.
bool decode_transport(ByteView bytes, Frame& frame, std::uint8_t protocol) {
  ByteReader in(bytes.first(frame.end).subspan(frame.payload));
  if (protocol == protocol_icmp || protocol == protocol_icmpv6) return frame.kind = Frame::Kind::icmp, true;
  if (protocol == protocol_tcp)
    return frame.kind = Frame::Kind::tcp, decode_tcp(in, frame, frame.payload) && frame.payload <= frame.end;
  if (protocol == protocol_udp)
    return frame.kind = Frame::Kind::udp, decode_udp(in, frame, frame.payload) && frame.payload <= frame.end;
  return false;
}

IpAddress read_ipv6(ByteReader& in) {
  IpAddress::Octets octets{};
  const ByteView bytes = in.take(octets.size());
  if (in.ok()) std::ranges::copy(bytes, octets.begin());
  return IpAddress(octets);
}

bool decode_ipv4(ByteView bytes, Frame& frame, std::size_t begin) {
  ByteReader in(bytes.subspan(begin));
  const std::uint8_t version = in.u8();
  const std::size_t header = std::size_t{4} * (version & 15);
  in.skip(1);
  const std::uint16_t length = in.u16();
  in.skip(2);
  const bool later_fragment = (in.u16() & 0x1fff) != 0;
  in.skip(1);
  const std::uint8_t protocol = in.u8();
  in.skip(2);
  frame.from = Ipv4Address{in.u32()};
  frame.to = Ipv4Address{in.u32()};
  if (!in.ok() || version >> 4 != 4 || header < 20 || header > bytes.size() - begin || later_fragment) return false;
  // Length 0 is of segments that the card is yet to cut up.
  frame.end = length == 0 ? bytes.size() : std::min(bytes.size(), begin + std::max<std::size_t>(length, header));
  frame.payload = begin + header;
  return decode_transport(bytes, frame, protocol);
}

bool decode_ipv6(ByteView bytes, Frame& frame, std::size_t begin) {
  ByteReader in(bytes.subspan(begin));
  const std::uint32_t version = in.u32() >> 28;
  const std::uint16_t length = in.u16();
  const std::uint8_t next_header = in.u8();
  in.skip(1);
  frame.from = read_ipv6(in);
  frame.to = read_ipv6(in);
  if (!in.ok() || version != 6) return false;
  frame.payload = begin + ipv6_header;
  frame.end = length == 0 ? bytes.size() : std::min(bytes.size(), frame.payload + length);
  return decode_transport(bytes, frame, next_header);
}

}  // namespace

std::optional<Frame> decode_frame(ByteView bytes) {
  if (bytes.size() < 14) return std::nullopt;
  ByteReader in(bytes);
  Frame frame;
  frame.destination = MacAddress::from(in.take(6));
  frame.source = MacAddress::from(in.take(6));
  std::size_t begin = 14;
  std::uint16_t type = in.u16();
  if (type == type_vlan) {
    in.skip(2);
    type = in.u16();
    begin += 4;
  }
  if (!in.ok()) return std::nullopt;
  frame.end = bytes.size();
  frame.payload = begin;
  if (type == type_arp) return frame;
  if (type == type_ipv4 && decode_ipv4(bytes, frame, begin)) return frame;
  if (type == type_ipv6 && decode_ipv6(bytes, frame, begin)) return frame;
  return std::nullopt;
}

}  // namespace bootferry::capture
