// SPDX-License-Identifier: Apache-2.0
#include "dhcp/message.hpp"

#include <algorithm>

namespace bootferry::dhcp {

std::string_view name_of(MessageType type) {
  switch (type) {
    case MessageType::discover:
      return "DISCOVER";
    case MessageType::offer:
      return "OFFER";
    case MessageType::request:
      return "REQUEST";
    case MessageType::decline:
      return "DECLINE";
    case MessageType::ack:
      return "ACK";
    case MessageType::nak:
      return "NAK";
    case MessageType::release:
      return "RELEASE";
    case MessageType::inform:
      return "INFORM";
  }
  return "unknown";
}

void Message::set_mac(const MacAddress& mac) {
  chaddr.fill(0);
  std::copy(mac.octets.begin(), mac.octets.end(), chaddr.begin());
}

std::optional<MessageType> Message::type() const {
  const Bytes* data = find(option::message_type);
  if (!data || data->size() != 1 || data->front() < 1 || data->front() > 8) return std::nullopt;
  return static_cast<MessageType>(data->front());
}

const Bytes* Message::find(std::uint8_t code) const {
  for (const Option& candidate : options) {
    if (candidate.code == code) return &candidate.data;
  }
  return nullptr;
}

std::optional<Ipv4Address> Message::find_address(std::uint8_t code) const {
  const Bytes* data = find(code);
  if (!data || data->size() != 4) return std::nullopt;
  return Ipv4Address{ByteReader(*data).u32()};
}

std::optional<std::uint16_t> Message::find_u16(std::uint8_t code) const {
  const Bytes* data = find(code);
  if (!data || data->size() != 2) return std::nullopt;
  return ByteReader(*data).u16();
}

std::string_view Message::text(std::uint8_t code) const {
  const Bytes* data = find(code);
  if (!data) return {};
  const std::string_view all = text_of(*data);
  return all.substr(0, all.find('\0'));
}

void Message::set(std::uint8_t code, ByteView data) {
  for (Option& existing : options) {
    if (existing.code != code) continue;
    existing.data.assign(data.begin(), data.end());
    return;
  }
  options.push_back({code, Bytes(data.begin(), data.end())});
}

void Message::set_u32(std::uint8_t code, std::uint32_t value) {
  Bytes data;
  ByteWriter(data).u32(value);
  set(code, data);
}

void Message::set_addresses(std::uint8_t code, const std::vector<Ipv4Address>& addresses) {
  Bytes data;
  ByteWriter writer(data);
  for (Ipv4Address address : addresses) writer.u32(address.value);
  set(code, data);
}

void Message::remove(std::uint8_t code) {
  std::erase_if(options, [code](const Option& candidate) { return candidate.code == code; });
}

}  // namespace bootferry::dhcp
