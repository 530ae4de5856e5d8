// SPDX-License-Identifier: Apache-2.0
#include "dhcpv6/codec.hpp"

namespace bootferry::dhcpv6 {

const Bytes* Message::find(std::uint16_t code) const {
  for (const Option& candidate : options) {
    if (candidate.code == code) return &candidate.data;
  }
  return nullptr;
}

Result<Message> decode(ByteView bytes) {
  ByteReader reader(bytes);
  const std::uint8_t type = reader.u8();
  Message message;
  message.xid = reader.u24();
  if (!reader.ok()) return fail(ErrorKind::invalid, "The DHCPv6 message is shorter than its header.");
  if (type < static_cast<std::uint8_t>(MessageType::solicit) ||
      type > static_cast<std::uint8_t>(MessageType::information_request))
    return fail(ErrorKind::invalid, "The DHCPv6 message is not one between client and server.");
  message.type = static_cast<MessageType>(type);
  while (!reader.done()) {
    const std::uint16_t code = reader.u16();
    const std::uint16_t length = reader.u16();
    const ByteView data = reader.take(length);
    if (!reader.ok()) return fail(ErrorKind::invalid, "An option of the DHCPv6 message is longer than the message.");
    message.add(code, data);
  }
  return message;
}

Bytes encode(const Message& message) {
  Bytes out;
  ByteWriter writer(out);
  writer.u8(static_cast<std::uint8_t>(message.type));
  writer.u24(message.xid & 0xffffffu);
  for (const Option& option : message.options) {
    writer.u16(option.code);
    writer.u16(static_cast<std::uint16_t>(option.data.size()));
    writer.bytes(option.data);
  }
  return out;
}

}  // namespace bootferry::dhcpv6
