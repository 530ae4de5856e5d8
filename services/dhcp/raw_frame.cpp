// SPDX-License-Identifier: Apache-2.0
#include "dhcp/raw_frame.hpp"

namespace bootferry::dhcp {
namespace {

constexpr std::uint16_t ethertype_ipv4 = 0x0800;
constexpr std::uint8_t protocol_udp = 17, time_to_live = 64;
constexpr std::size_t ip_header = 20, udp_header = 8, ethernet_header = 14;

}  // namespace

std::uint16_t internet_checksum(ByteView bytes, std::uint32_t start) {
  std::uint64_t sum = start;
  ByteReader reader(bytes);
  while (reader.remaining() >= 2) sum += reader.u16();
  if (!reader.done()) sum += std::uint64_t{reader.u8()} << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

Bytes encode_udp_frame(const UdpFrame& head, ByteView payload) {
  const auto udp_length = static_cast<std::uint16_t>(udp_header + payload.size());
  Bytes frame;
  frame.reserve(ethernet_header + ip_header + udp_length);
  ByteWriter writer(frame);
  writer.bytes(head.destination_mac.octets);
  writer.bytes(head.source_mac.octets);
  writer.u16(ethertype_ipv4);

  writer.u8(0x45);  // version 4, five words
  writer.u8(0);
  writer.u16(static_cast<std::uint16_t>(ip_header + udp_length));
  writer.u16(0);
  writer.u16(0x4000);  // do not fragment
  writer.u8(time_to_live);
  writer.u8(protocol_udp);
  writer.u16(0);
  writer.u32(head.source.value);
  writer.u32(head.destination.value);
  writer.set_u16(ethernet_header + 10, internet_checksum(ByteView(frame).subspan(ethernet_header, ip_header)));

  writer.u16(head.source_port);
  writer.u16(head.destination_port);
  writer.u16(udp_length);
  writer.u16(0);
  writer.bytes(payload);
  const std::uint32_t pseudo_header = (head.source.value >> 16) + (head.source.value & 0xffff) +
                                      (head.destination.value >> 16) + (head.destination.value & 0xffff) +
                                      protocol_udp + udp_length;
  const std::uint16_t checksum = internet_checksum(ByteView(frame).subspan(ethernet_header + ip_header), pseudo_header);
  writer.set_u16(ethernet_header + ip_header + 6, checksum == 0 ? 0xffff : checksum);  // 0 would mean "none" (RFC 768)
  return frame;
}

}  // namespace bootferry::dhcp
