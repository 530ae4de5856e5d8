// SPDX-License-Identifier: Apache-2.0
// An IPv4 address and a network, free of any socket library. Plain values, any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace bootferry {

struct Ipv4Address {
  std::uint32_t value = 0;  ///< host order: 10.0.0.1 is 0x0a000001

  friend auto operator<=>(const Ipv4Address&, const Ipv4Address&) = default;
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] bool is_unspecified() const { return value == 0; }
  static constexpr Ipv4Address any() { return {}; }
  static constexpr Ipv4Address broadcast() { return {0xffffffffu}; }
};

/// An interface's address with its prefix length.
struct Ipv4Network {
  Ipv4Address address;
  std::uint8_t prefix_length = 24;

  friend auto operator<=>(const Ipv4Network&, const Ipv4Network&) = default;
  [[nodiscard]] Ipv4Address netmask() const { return {prefix_length == 0 ? 0 : 0xffffffffu << (32 - prefix_length)}; }
  [[nodiscard]] Ipv4Address first() const { return {address.value & netmask().value}; }
  [[nodiscard]] Ipv4Address last() const { return {address.value | ~netmask().value}; }
  [[nodiscard]] bool contains(Ipv4Address other) const { return (other.value & netmask().value) == first().value; }
  [[nodiscard]] std::string to_string() const;
};

/// First and last address, both inside: a DHCP pool.
struct Ipv4Range {
  Ipv4Address first;
  Ipv4Address last;

  friend auto operator<=>(const Ipv4Range&, const Ipv4Range&) = default;
  [[nodiscard]] bool contains(Ipv4Address address) const { return first <= address && address <= last; }
  [[nodiscard]] std::uint64_t size() const { return std::uint64_t{last.value} - first.value + 1; }
};

[[nodiscard]] Result<Ipv4Address> parse_ipv4_address(std::string_view text);
/// "10.99.0.100-10.99.0.199"; the first must not be behind the last.
[[nodiscard]] Result<Ipv4Range> parse_ipv4_range(std::string_view text);

}  // namespace bootferry

template <>
struct std::hash<bootferry::Ipv4Address> {
  std::size_t operator()(bootferry::Ipv4Address address) const noexcept {
    return std::hash<std::uint32_t>{}(address.value);
  }
};
