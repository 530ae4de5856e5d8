// SPDX-License-Identifier: Apache-2.0
#include "dhcp/router_advertisement.hpp"

#include "dhcp/raw_frame.hpp"

namespace bootferry::dhcp {
namespace {

constexpr std::uint16_t ethertype_ipv6 = 0x86dd;
constexpr std::uint8_t next_header_icmpv6 = 58, hop_limit = 255;
constexpr std::uint8_t type_solicitation = 133, type_advertisement = 134;
constexpr std::size_t ethernet_header = 14, ipv6_header = 40, solicitation_size = 8;
constexpr Ipv6Address all_nodes{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
constexpr MacAddress all_nodes_mac{{0x33, 0x33, 0, 0, 0, 1}};  // RFC 2464 7

/// RFC 8200 8.1; `addresses` are the source and the destination as they stand in the header.
std::uint16_t icmpv6_checksum(ByteView addresses, ByteView message) {
  std::uint32_t sum = next_header_icmpv6 + static_cast<std::uint32_t>(message.size());
  ByteReader reader(addresses);
  while (!reader.done()) sum += reader.u16();
  return internet_checksum(message, sum);
}

bool has_whole_options(ByteView options) {
  ByteReader reader(options);
  while (!reader.done()) {
    reader.skip(1);
    const std::size_t units = reader.u8();
    if (units == 0) return false;  // RFC 4861 4.6
    reader.skip(units * 8 - 2);
  }
  return reader.ok();
}

}  // namespace

Ipv6Address link_local_address(const MacAddress& mac) {
  const auto& o = mac.octets;
  return {0xfe, 0x80, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(o[0] ^ 2), o[1], o[2], 0xff, 0xfe, o[3], o[4], o[5]};
}

std::optional<Solicitation> find_router_solicitation(ByteView frame) {
  ByteReader reader(frame);
  reader.skip(6);
  const ByteView source = reader.take(6);
  if (reader.u16() != ethertype_ipv6 || reader.u32() >> 28 != 6) return std::nullopt;
  const std::uint16_t length = reader.u16();
  const std::uint8_t next_header = reader.u8();
  const std::uint8_t hops = reader.u8();
  const ByteView addresses = reader.take(32);
  const ByteView message = reader.take(length);  // what follows is Ethernet padding
  if (!reader.ok() || next_header != next_header_icmpv6 || hops != hop_limit || message.size() < solicitation_size)
    return std::nullopt;
  if (message[0] != type_solicitation || message[1] != 0 || icmpv6_checksum(addresses, message) != 0)
    return std::nullopt;
  if (!has_whole_options(message.subspan(solicitation_size))) return std::nullopt;
  Solicitation client{MacAddress::from(source), {}};
  std::copy_n(addresses.begin(), client.address.size(), client.address.begin());
  const bool plausible = !client.mac.is_multicast() && client.mac != MacAddress{} && client.address[0] != 0xff;
  return plausible ? std::optional(client) : std::nullopt;
}

Bytes encode_router_advertisement(const MacAddress& our_mac, const Solicitation& client) {
  constexpr std::uint16_t size = 16;
  const bool has_address = client.address != Ipv6Address{};
  Bytes frame;
  ByteWriter writer(frame);
  writer.bytes(has_address ? client.mac.octets : all_nodes_mac.octets);
  writer.bytes(our_mac.octets);
  writer.u16(ethertype_ipv6);
  writer.u32(0x60000000);
  writer.u16(size);
  writer.u8(next_header_icmpv6);
  writer.u8(hop_limit);
  writer.bytes(link_local_address(our_mac));
  writer.bytes(has_address ? client.address : all_nodes);
  writer.u8(type_advertisement);
  writer.u8(0);
  writer.u16(0);    // checksum, below
  writer.u8(0);     // current hop limit: unspecified
  writer.u8(0);     // neither managed nor other configuration
  writer.u16(0);    // router lifetime: we are no router
  writer.zeros(8);  // reachable time, retransmission timer: unspecified
  const ByteView all(frame);
  const std::uint16_t checksum =
      icmpv6_checksum(all.subspan(ethernet_header + 8, 32), all.subspan(ethernet_header + ipv6_header));
  writer.set_u16(ethernet_header + ipv6_header + 2, checksum);
  return frame;
}

bool RouterAdvertiser::on_solicitation(const Solicitation& client, SteadyTime now) {
  if (netbooting_.find(client.mac, now - netboot_time)) return true;
  early_.note(client, now);
  return false;
}

std::optional<Solicitation> RouterAdvertiser::on_netbooting(const MacAddress& client, SteadyTime now) {
  netbooting_.note({client, {}}, now);
  const std::optional<Solicitation> waiting = early_.find(client, now - early_time);
  early_.forget(client);
  return waiting;
}

void RouterAdvertiser::Recent::note(const Solicitation& client, SteadyTime now) {
  forget(client.mac);
  if (entries_.size() >= limit_) {
    const MacAddress oldest = order_.begin()->second;
    forget(oldest);
  }
  entries_.emplace(client.mac, Entry{client, now});
  order_.insert({now, client.mac});
}

void RouterAdvertiser::Recent::forget(const MacAddress& mac) {
  const auto at = entries_.find(mac);
  if (at == entries_.end()) return;
  order_.erase({at->second.at, mac});
  entries_.erase(at);
}

std::optional<Solicitation> RouterAdvertiser::Recent::find(const MacAddress& mac, SteadyTime since) const {
  const auto at = entries_.find(mac);
  return at != entries_.end() && at->second.at >= since ? std::optional(at->second.client) : std::nullopt;
}

}  // namespace bootferry::dhcp
