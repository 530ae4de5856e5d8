// SPDX-License-Identifier: Apache-2.0
#include "dhcp/arp.hpp"

namespace bootferry::dhcp {
namespace {

constexpr std::uint16_t ethertype_arp = 0x0806, ethertype_ipv4 = 0x0800, hardware_ethernet = 1, operation_request = 1,
                        operation_reply = 2;

}  // namespace

Bytes encode_arp_probe(const MacAddress& our_mac, Ipv4Address wanted) {
  Bytes frame;
  ByteWriter writer(frame);
  writer.bytes(MacAddress::broadcast().octets);
  writer.bytes(our_mac.octets);
  writer.u16(ethertype_arp);
  writer.u16(hardware_ethernet);
  writer.u16(ethertype_ipv4);
  writer.u8(6);
  writer.u8(4);
  writer.u16(operation_request);
  writer.bytes(our_mac.octets);
  writer.u32(0);
  writer.zeros(6);
  writer.u32(wanted.value);
  return frame;
}

std::optional<ArpClaim> find_arp_claim(ByteView frame) {
  ByteReader reader(frame);
  reader.skip(12);
  if (reader.u16() != ethertype_arp || reader.u16() != hardware_ethernet || reader.u16() != ethertype_ipv4)
    return std::nullopt;
  if (reader.u8() != 6 || reader.u8() != 4) return std::nullopt;
  const std::uint16_t operation = reader.u16();
  const ByteView sender = reader.take(6);
  const Ipv4Address address{reader.u32()};
  reader.skip(10);
  if (!reader.ok() || (operation != operation_request && operation != operation_reply) || address.is_unspecified())
    return std::nullopt;
  return ArpClaim{address, MacAddress::from(sender)};
}

}  // namespace bootferry::dhcp
