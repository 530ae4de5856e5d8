// SPDX-License-Identifier: Apache-2.0
#include "dhcpv6/relay.hpp"

#include <algorithm>

#include "dhcpv6/codec.hpp"

namespace bootferry::dhcpv6 {
namespace {

constexpr std::uint8_t relay_forward = 12, relay_reply = 13;
constexpr std::size_t max_layers = 8;         // RFC 8415 7.6, HOP_COUNT_LIMIT
constexpr std::size_t max_datagram = 16'384;  // so that no answer's option outgrows its 16-bit length
constexpr std::uint16_t hardware_ethernet = 1;

struct Opened {
  RelayLayer layer;
  ByteView inner;
  std::optional<MacAddress> mac;
};

std::optional<MacAddress> find_link_layer_address(ByteView data) {
  ByteReader reader(data);
  if (reader.u16() != hardware_ethernet) return std::nullopt;
  const ByteView mac = reader.take(6);
  return reader.ok() && reader.done() ? std::optional(MacAddress::from(mac)) : std::nullopt;
}

Result<Opened> open_envelope(ByteView bytes) {
  ByteReader reader(bytes);
  reader.skip(1);  // the type
  Opened opened;
  opened.layer.hops = reader.u8();
  const ByteView link = reader.take(16), peer = reader.take(16);
  if (!reader.ok()) return fail(ErrorKind::invalid, "The relayed DHCPv6 message is shorter than its header.");
  std::ranges::copy(link, opened.layer.link.begin());
  std::ranges::copy(peer, opened.layer.peer.begin());
  while (!reader.done()) {
    const std::uint16_t code = reader.u16(), length = reader.u16();
    const ByteView data = reader.take(length);
    if (!reader.ok()) return fail(ErrorKind::invalid, "An option of the relayed DHCPv6 message is longer than it.");
    const auto has = [code](const Option& one) { return one.code == code; };
    if (code == option::relay_message) opened.inner = data;
    if (code == option::client_link_layer_address) opened.mac = find_link_layer_address(data);
    const bool goes_back = code == option::interface_id || code == option::relay_source_port;
    if (goes_back && std::ranges::none_of(opened.layer.returned, has))
      opened.layer.returned.push_back({code, Bytes(data.begin(), data.end())});
  }
  return opened;
}

}  // namespace

bool is_relayed(ByteView datagram) { return !datagram.empty() && datagram[0] == relay_forward; }

bool Relayed::wants_source_port() const {
  return std::ranges::any_of(layers.front().returned,
                             [](const Option& one) { return one.code == option::relay_source_port; });
}

Result<Relayed> decode_relayed(ByteView datagram) {
  if (datagram.size() > max_datagram) return fail(ErrorKind::invalid, "The relayed DHCPv6 message is too long.");
  Relayed relayed;
  ByteView rest = datagram;
  while (is_relayed(rest)) {
    if (relayed.layers.size() == max_layers)
      return fail(ErrorKind::invalid, "The DHCPv6 message came through too many relays.");
    auto opened = open_envelope(rest);
    if (!opened) return std::unexpected(opened.error());
    relayed.layers.push_back(std::move(opened->layer));
    relayed.mac = opened->mac;  // only the relay beside the client knows it
    rest = opened->inner;
  }
  if (relayed.layers.empty()) return fail(ErrorKind::invalid, "The DHCPv6 message is no relay's.");
  auto message = decode(rest);
  if (!message) return std::unexpected(message.error());
  relayed.message = std::move(*message);
  return relayed;
}

Bytes encode_relayed(const Message& answer, std::span<const RelayLayer> layers) {
  Bytes inner = encode(answer);
  for (std::size_t i = layers.size(); i-- > 0;) {
    const RelayLayer& layer = layers[i];
    Bytes out;
    ByteWriter writer(out);
    writer.u8(relay_reply);
    writer.u8(layer.hops);
    writer.bytes(layer.link);
    writer.bytes(layer.peer);
    for (const Option& one : layer.returned) {
      writer.u16(one.code);
      writer.u16(static_cast<std::uint16_t>(one.data.size()));
      writer.bytes(one.data);
    }
    writer.u16(option::relay_message);
    writer.u16(static_cast<std::uint16_t>(inner.size()));
    writer.bytes(inner);
    inner = std::move(out);
  }
  return inner;
}

}  // namespace bootferry::dhcpv6
