// SPDX-License-Identifier: Apache-2.0
#include "base/mac_address.hpp"

#include <fmt/format.h>

namespace bootferry {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string MacAddress::to_string() const { return fmt::format("{:02x}", fmt::join(octets, ":")); }
std::string MacAddress::to_hex() const { return fmt::format("{:02x}", fmt::join(octets, "")); }

MacAddress MacAddress::from(ByteView six) {
  MacAddress mac;
  std::copy_n(six.begin(), std::min<std::size_t>(six.size(), 6), mac.octets.begin());
  return mac;
}

Result<MacAddress> parse_mac_address(std::string_view text) {
  auto refuse = [&] {
    return fail(ErrorKind::invalid,
                fmt::format("\"{}\" is not a MAC address; write it like 52:54:00:12:34:56", text.substr(0, 40)));
  };
  const bool parted = text.size() == 17;
  if (!parted && text.size() != 12) return refuse();
  MacAddress mac;
  for (std::size_t i = 0; i < 6; ++i) {
    const std::size_t at = i * (parted ? 3 : 2);
    if (parted && i > 0 && text[at - 1] != ':' && text[at - 1] != '-') return refuse();
    const int high = hex_digit(text[at]);
    const int low = hex_digit(text[at + 1]);
    if (high < 0 || low < 0) return refuse();
    mac.octets[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return mac;
}

}  // namespace bootferry
