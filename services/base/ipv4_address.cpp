// SPDX-License-Identifier: Apache-2.0
#include "base/ipv4_address.hpp"

#include <fmt/format.h>
#include <charconv>

namespace bootferry {

std::string Ipv4Address::to_string() const {
  return fmt::format("{}.{}.{}.{}", value >> 24, value >> 16 & 0xff, value >> 8 & 0xff, value & 0xff);
}

std::string Ipv4Network::to_string() const { return fmt::format("{}/{}", address.to_string(), prefix_length); }

Result<Ipv4Address> parse_ipv4_address(std::string_view text) {
  const char* at = text.data();
  const char* end = at + text.size();
  std::uint32_t value = 0;
  bool well_formed = true;
  for (int i = 0; i < 4 && well_formed; ++i) {
    if (i > 0) {
      well_formed = at != end && *at == '.';
      if (well_formed) ++at;
    }
    unsigned octet = 256;
    auto [rest, error] = std::from_chars(at, end, octet);
    well_formed = well_formed && error == std::errc{} && octet <= 255 && rest - at <= 3;
    at = rest;
    value = value << 8 | (octet & 0xff);
  }
  if (!well_formed || at != end)
    return fail(ErrorKind::invalid, fmt::format("\"{}\" is not an IPv4 address", text.substr(0, 40)));
  return Ipv4Address{value};
}

Result<Ipv4Range> parse_ipv4_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) {
    return fail(ErrorKind::invalid,
                fmt::format("\"{}\" is not an address range; write it like 10.0.0.100-10.0.0.199", text.substr(0, 60)));
  }
  auto first = parse_ipv4_address(text.substr(0, dash));
  if (!first) return std::unexpected(first.error());
  auto last = parse_ipv4_address(text.substr(dash + 1));
  if (!last) return std::unexpected(last.error());
  if (*last < *first)
    return fail(ErrorKind::invalid, fmt::format("the range {} ends before it begins; swap its two addresses", text));
  return Ipv4Range{*first, *last};
}

}  // namespace bootferry
