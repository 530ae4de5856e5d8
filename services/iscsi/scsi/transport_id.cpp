// SPDX-License-Identifier: Apache-2.0
#include "iscsi/scsi/transport_id.hpp"

#include <algorithm>
#include <string_view>

namespace bootferry::iscsi::scsi {
namespace {

constexpr std::uint8_t port_format = 0x45;  // format 01b: name and ISID; protocol 5h: iSCSI
constexpr std::size_t head_length = 4;
constexpr std::size_t least_length = 20;
constexpr std::size_t longest_name = 223;  // RFC 7143 4.2.7.1
constexpr std::string_view separator = ",i,0x";
constexpr std::size_t isid_digits = 12;

bool is_hex(char letter) {
  return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f') || (letter >= 'A' && letter <= 'F');
}

/// Zero-ended, zeros behind it; the ISID as this target writes it, in small letters.
Result<std::string> port_of(ByteView field) {
  const auto end = std::ranges::find(field, std::uint8_t{0});
  if (end == field.end() || std::any_of(end, field.end(), [](std::uint8_t byte) { return byte != 0; }))
    return fail(ErrorKind::invalid, "a TransportID is not zero-ended");
  std::string port(field.begin(), end);
  const std::size_t at = port.rfind(separator);
  if (at == std::string::npos || at == 0 || at > longest_name)
    return fail(ErrorKind::invalid, "a TransportID names no initiator port");
  const auto isid = port.begin() + static_cast<std::ptrdiff_t>(at + separator.size());
  if (port.end() - isid != isid_digits || !std::all_of(isid, port.end(), is_hex))
    return fail(ErrorKind::invalid, "a TransportID has no ISID");
  std::transform(isid, port.end(), isid, [](char letter) {
    return letter >= 'A' && letter <= 'F' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return port;
}

}  // namespace

void put_transport_id(ByteWriter& out, const std::string& port) {
  const std::size_t padded = std::max(least_length, (port.size() + 1 + 3) / 4 * 4);
  out.u8(port_format);
  out.u8(0);
  out.u16(static_cast<std::uint16_t>(padded));
  out.text(port);
  out.zeros(padded - port.size());
}

Result<std::vector<std::string>> parse_transport_ids(ByteView bytes) {
  std::vector<std::string> ports;
  while (!bytes.empty()) {
    if (bytes.size() < head_length || bytes[0] != port_format)
      return fail(ErrorKind::invalid, "not the TransportID of an iSCSI port");
    const std::size_t length = static_cast<std::size_t>(bytes[2]) << 8 | bytes[3];
    if (length < least_length || length % 4 != 0 || length > bytes.size() - head_length)
      return fail(ErrorKind::invalid, "a TransportID of a wrong length");
    auto port = port_of(bytes.subspan(head_length, length));
    if (!port) return std::unexpected(port.error());
    ports.push_back(std::move(*port));
    bytes = bytes.subspan(head_length + length);
  }
  return ports;
}

}  // namespace bootferry::iscsi::scsi
