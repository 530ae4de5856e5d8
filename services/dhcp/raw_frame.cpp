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

std::optional<UdpDatagram> find_udp_datagram(ByteView frame) {
  ByteReader reader(frame);
  UdpDatagram found;
  const ByteView destination = reader.take(6), source = reader.take(6);
  if (reader.u16() != ethertype_ipv4) return std::nullopt;
  const std::uint8_t version_and_words = reader.u8();
  reader.skip(1);
  const std::size_t total = reader.u16();
  reader.skip(2);
  const std::uint16_t fragment = reader.u16();
  reader.skip(1);
  const std::uint8_t protocol = reader.u8();
  reader.skip(2);
  found.head.source = {reader.u32()};
  found.head.destination = {reader.u32()};
  const std::size_t header = std::size_t{version_and_words & 0x0fu} * 4;
  if (!reader.ok() || version_and_words >> 4 != 4 || header < ip_header || protocol != protocol_udp)
    return std::nullopt;
  if ((fragment & 0x3fff) != 0) return std::nullopt;  // more to come, or not the first
  reader.skip(header - ip_header);
  found.head.source_port = reader.u16();
  found.head.destination_port = reader.u16();
  const std::size_t length = reader.u16();
  reader.skip(2);
  if (!reader.ok() || length < udp_header || total < header + length) return std::nullopt;
  found.payload = reader.take(length - udp_header);
  if (!reader.ok()) return std::nullopt;
  found.head.source_mac = MacAddress::from(source);
  found.head.destination_mac = MacAddress::from(destination);
  return found;
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
