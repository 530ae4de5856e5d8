// SPDX-License-Identifier: Apache-2.0
// Quantities that must not be mixed up: bytes, logical block addresses, numbers of blocks. Any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace bootferry {

/// A number with a meaning: adds and compares only with its own kind.
template <class Tag>
struct Quantity {
  std::uint64_t value = 0;

  friend constexpr auto operator<=>(Quantity, Quantity) = default;
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return {a.value + b.value}; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return {a.value - b.value}; }
  constexpr Quantity& operator+=(Quantity other) { return value += other.value, *this; }
};

using ByteCount = Quantity<struct ByteCountTag>;    ///< bytes: a size, or an offset into a device
using BlockCount = Quantity<struct BlockCountTag>;  ///< logical blocks (SBC-3)
using Lba = Quantity<struct LbaTag>;                ///< logical block address (SBC-3)

constexpr ByteCount kib(std::uint64_t n) { return {n << 10}; }
constexpr ByteCount mib(std::uint64_t n) { return {n << 20}; }
constexpr ByteCount gib(std::uint64_t n) { return {n << 30}; }

/// "8G", "512M", "1.44M", "4096": binary units K M G T, case-insensitive, an optional "iB" or "B" behind.
[[nodiscard]] Result<ByteCount> parse_byte_count(std::string_view text);
/// "8.0 GiB", "1.4 MiB", "512 B".
[[nodiscard]] std::string render_byte_count(ByteCount count);

}  // namespace bootferry
