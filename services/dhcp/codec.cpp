// SPDX-License-Identifier: Apache-2.0
#include "dhcp/codec.hpp"

#include <algorithm>

namespace bootferry::dhcp {
namespace {

constexpr std::uint32_t magic_cookie = 0x63825363;  // RFC 2131 section 3
constexpr std::size_t file_size = 128, server_name_size = 64, smallest_message = 300;

std::string name_in(ByteView field) {
  const std::string_view text = text_of(field);
  return std::string(text.substr(0, text.find('\0')));
}

/// Puts together the pieces of each option, over all fields that carry options (RFC 3396 section 5).
class OptionCollector {
 public:
  explicit OptionCollector(Message& message) : message_(message) { position_.fill(absent); }

  [[nodiscard]] bool collect(ByteView field) {
    ByteReader reader(field);
    while (!reader.done()) {
      const std::uint8_t code = reader.u8();
      if (code == option::pad) continue;
      if (code == option::end) return true;
      const std::uint8_t length = reader.u8();
      const ByteView data = reader.take(length);
      if (!reader.ok()) return false;
      add(code, data);
    }
    return true;  // a missing end option harms nobody
  }

 private:
  static constexpr std::size_t absent = 256;

  void add(std::uint8_t code, ByteView data) {
    if (position_[code] == absent) {
      position_[code] = message_.options.size();
      message_.options.push_back({code, {}});
    }
    Bytes& all = message_.options[position_[code]].data;
    all.insert(all.end(), data.begin(), data.end());
  }

  Message& message_;
  std::array<std::size_t, 256> position_{};
};

std::uint8_t take_overload(Message& message) {
  const Bytes* data = message.find(option::overload);
  const std::uint8_t overload = data && !data->empty() ? data->front() : 0;
  message.remove(option::overload);  // how it was packed is no part of the value
  return overload;
}

void encode_option(ByteWriter& writer, const Option& option) {
  ByteView rest(option.data);
  do {
    const ByteView piece = rest.first(std::min<std::size_t>(rest.size(), 255));
    writer.u8(option.code);
    writer.u8(static_cast<std::uint8_t>(piece.size()));
    writer.bytes(piece);
    rest = rest.subspan(piece.size());
  } while (!rest.empty());
}

}  // namespace

Result<Message> decode(ByteView bytes) {
  ByteReader reader(bytes);
  Message message;
  message.op = reader.u8();
  message.hardware_type = reader.u8();
  message.hardware_length = reader.u8();
  message.hops = reader.u8();
  message.xid = reader.u32();
  message.secs = reader.u16();
  message.flags = reader.u16();
  for (Ipv4Address* address : {&message.ciaddr, &message.yiaddr, &message.siaddr, &message.giaddr})
    address->value = reader.u32();
  const ByteView chaddr = reader.take(message.chaddr.size());
  const ByteView server_name = reader.take(server_name_size);
  const ByteView file = reader.take(file_size);
  const std::uint32_t cookie = reader.u32();
  if (!reader.ok()) return fail(ErrorKind::invalid, "The DHCP message is shorter than its fixed fields.");
  if (message.op != Message::boot_request && message.op != Message::boot_reply) {
    return fail(ErrorKind::invalid, "The DHCP message is neither request nor reply.");
  }
  if (message.hardware_length > message.chaddr.size())
    return fail(ErrorKind::invalid, "The DHCP message's hardware address is too long.");
  if (cookie != magic_cookie) return fail(ErrorKind::invalid, "The DHCP message has no magic cookie.");
  std::copy(chaddr.begin(), chaddr.end(), message.chaddr.begin());

  OptionCollector collector(message);
  bool whole = collector.collect(reader.take_rest());
  const std::uint8_t overload = take_overload(message);
  // The order is fixed by RFC 3396 section 5: options, file, sname.
  Message overloaded;
  OptionCollector extra(overloaded);
  if ((overload & 1) != 0) whole = whole && extra.collect(file);
  if ((overload & 2) != 0) whole = whole && extra.collect(server_name);
  if (!whole) return fail(ErrorKind::invalid, "An option of the DHCP message is longer than the message.");
  overloaded.remove(option::overload);
  for (Option& piece : overloaded.options) {
    Bytes joined = message.find(piece.code) ? *message.find(piece.code) : Bytes{};
    joined.insert(joined.end(), piece.data.begin(), piece.data.end());
    message.set(piece.code, joined);
  }
  if ((overload & 1) == 0) message.file = name_in(file);
  if ((overload & 2) == 0) message.server_name = name_in(server_name);
  return message;
}

Result<Bytes> encode(const Message& message, std::size_t limit) {
  if (message.file.size() > file_size || message.server_name.size() > server_name_size) {
    return fail(ErrorKind::invalid, "A name does not fit into its field of the DHCP message.");
  }
  Bytes out;
  out.reserve(512);
  ByteWriter writer(out);
  writer.u8(message.op);
  writer.u8(message.hardware_type);
  writer.u8(message.hardware_length);
  writer.u8(message.hops);
  writer.u32(message.xid);
  writer.u16(message.secs);
  writer.u16(message.flags);
  for (Ipv4Address address : {message.ciaddr, message.yiaddr, message.siaddr, message.giaddr})
    writer.u32(address.value);
  writer.bytes(message.chaddr);
  writer.text(message.server_name);
  writer.zeros(server_name_size - message.server_name.size());
  writer.text(message.file);
  writer.zeros(file_size - message.file.size());
  writer.u32(magic_cookie);
  for (const Option& option : message.options) encode_option(writer, option);
  writer.u8(option::end);
  if (out.size() < smallest_message) writer.zeros(smallest_message - out.size());
  if (out.size() > limit) return fail(ErrorKind::invalid, "The DHCP message is larger than its receiver takes.");
  return out;
}

}  // namespace bootferry::dhcp
