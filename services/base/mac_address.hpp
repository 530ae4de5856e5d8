// SPDX-License-Identifier: Apache-2.0
// An Ethernet address: the key by which Bootferry knows a client. A plain value, any thread.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace bootferry {

struct MacAddress {
  std::array<std::uint8_t, 6> octets{};

  friend auto operator<=>(const MacAddress&, const MacAddress&) = default;

  [[nodiscard]] std::string to_string() const;  ///< "52:54:00:e2:e0:01"
  [[nodiscard]] std::string to_hex() const;     ///< "525400e2e001"
  [[nodiscard]] bool is_multicast() const { return (octets[0] & 1) != 0; }
  [[nodiscard]] static MacAddress from(ByteView six);
  static constexpr MacAddress broadcast() { return {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}; }
};

/// Six octets in hex, parted by ':' or '-' or nothing, in either case.
[[nodiscard]] Result<MacAddress> parse_mac_address(std::string_view text);

}  // namespace bootferry

template <>
struct std::hash<bootferry::MacAddress> {
  std::size_t operator()(const bootferry::MacAddress& mac) const noexcept {
    std::uint64_t value = 0;
    for (std::uint8_t octet : mac.octets) value = value << 8 | octet;
    return std::hash<std::uint64_t>{}(value);
  }
};
