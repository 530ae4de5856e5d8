// SPDX-License-Identifier: Apache-2.0
#include "tftp/codec.hpp"

#include <algorithm>
#include <optional>

namespace bootferry::tftp {
namespace {

constexpr std::size_t max_option_name = 32;
constexpr std::size_t max_option_value = 32;
constexpr std::size_t max_error_text = 200;

/// Up to the next NUL, which is eaten; nothing when there is none.
std::optional<std::string_view> take_string(ByteView& rest) {
  const auto end = std::find(rest.begin(), rest.end(), std::uint8_t{0});
  if (end == rest.end()) return std::nullopt;
  const auto length = static_cast<std::size_t>(end - rest.begin());
  const std::string_view text = text_of(rest.first(length));
  rest = rest.subspan(length + 1);
  return text;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::vector<Option> decode_options(ByteView rest) {
  std::vector<Option> options;
  for (std::size_t i = 0; i < max_options && !rest.empty(); ++i) {
    const auto name = take_string(rest);
    const auto value = name ? take_string(rest) : std::nullopt;
    if (!value) break;
    if (name->empty() || name->size() > max_option_name || value->size() > max_option_value) continue;
    Option option{lower(*name), std::string(*value)};
    const auto same_name = [&](const Option& other) { return other.name == option.name; };
    if (std::none_of(options.begin(), options.end(), same_name)) options.push_back(std::move(option));
  }
  return options;
}

Result<Message> decode_request(Opcode opcode, ByteView rest) {
  const auto file = take_string(rest);
  if (!file) return fail(ErrorKind::invalid, "the request's file name has no end");
  if (opcode == Opcode::write_request) return WriteRequest{std::string(*file)};
  const auto mode = take_string(rest);
  if (!mode) return fail(ErrorKind::invalid, "the request's mode has no end");
  return ReadRequest{std::string(*file), lower(*mode), decode_options(rest)};
}

}  // namespace

Result<Message> decode(ByteView packet) {
  ByteReader reader(packet);
  const auto opcode = static_cast<Opcode>(reader.u16());
  if (!reader.ok()) return fail(ErrorKind::invalid, "the packet is shorter than its opcode");
  switch (opcode) {
    case Opcode::read_request:
    case Opcode::write_request:
      return decode_request(opcode, reader.take_rest());
    case Opcode::ack: {
      const Ack ack{reader.u16()};
      if (!reader.ok()) return fail(ErrorKind::invalid, "the ACK has no block number");
      return ack;  // some ROMs pad it: what follows is not looked at
    }
    case Opcode::error: {
      const auto code = static_cast<ErrorCode>(reader.u16());
      if (!reader.ok()) return fail(ErrorKind::invalid, "the ERROR has no code");
      const std::string_view text = text_of(reader.take_rest());
      return ErrorMessage{code, std::string(text.substr(0, std::min(text.find('\0'), max_error_text)))};
    }
    case Opcode::data:
    case Opcode::option_ack:
      return fail(ErrorKind::invalid, "only the server sends DATA and OACK in a download");
  }
  return fail(ErrorKind::invalid, "the opcode is unknown");
}

Bytes encode_read_request(const ReadRequest& request) {
  Bytes out;
  ByteWriter writer(out);
  writer.u16(static_cast<std::uint16_t>(Opcode::read_request));
  for (const std::string* part : {&request.file, &request.mode}) {
    writer.text(*part);
    writer.u8(0);
  }
  for (const Option& option : request.options) {
    writer.text(option.name);
    writer.u8(0);
    writer.text(option.value);
    writer.u8(0);
  }
  return out;
}

Bytes encode_ack(std::uint16_t block) {
  Bytes out;
  ByteWriter writer(out);
  writer.u16(static_cast<std::uint16_t>(Opcode::ack));
  writer.u16(block);
  return out;
}

Bytes encode_option_ack(const std::vector<Option>& options) {
  Bytes out;
  ByteWriter writer(out);
  writer.u16(static_cast<std::uint16_t>(Opcode::option_ack));
  for (const Option& option : options) {
    writer.text(option.name);
    writer.u8(0);
    writer.text(option.value);
    writer.u8(0);
  }
  return out;
}

Bytes encode_error(ErrorCode code, std::string_view text) {
  Bytes out;
  ByteWriter writer(out);
  writer.u16(static_cast<std::uint16_t>(Opcode::error));
  writer.u16(static_cast<std::uint16_t>(code));
  writer.text(text.substr(0, max_error_text));
  writer.u8(0);
  return out;
}

std::array<std::uint8_t, data_header_size> encode_data_header(std::uint16_t block) {
  return {0, static_cast<std::uint8_t>(Opcode::data), static_cast<std::uint8_t>(block >> 8),
          static_cast<std::uint8_t>(block)};
}

}  // namespace bootferry::tftp
