// SPDX-License-Identifier: Apache-2.0
// Numbers as PC disks hold them: little-endian, at fixed places. Called by the decoders of this room; pure. A place
// outside of the bytes reads 0, so that a short sector is a sector of zeros.
#pragma once

#include "base/bytes.hpp"

namespace bootferry::images::check {

[[nodiscard]] inline std::uint64_t little_endian(ByteView bytes, std::size_t at, std::size_t count) {
  if (at > bytes.size() || count > bytes.size() - at) return 0;
  std::uint64_t value = 0;
  for (std::size_t i = count; i-- > 0;) value = value << 8 | bytes[at + i];
  return value;
}
[[nodiscard]] inline std::uint8_t u8_at(ByteView bytes, std::size_t at) {
  return static_cast<std::uint8_t>(little_endian(bytes, at, 1));
}
[[nodiscard]] inline std::uint16_t u16_at(ByteView bytes, std::size_t at) {
  return static_cast<std::uint16_t>(little_endian(bytes, at, 2));
}
[[nodiscard]] inline std::uint32_t u32_at(ByteView bytes, std::size_t at) {
  return static_cast<std::uint32_t>(little_endian(bytes, at, 4));
}
[[nodiscard]] inline std::uint64_t u64_at(ByteView bytes, std::size_t at) { return little_endian(bytes, at, 8); }

/// The bytes of a number, lowest first.
[[nodiscard]] inline Bytes little_endian_bytes(std::uint64_t value, std::size_t count) {
  Bytes bytes(count);
  for (std::uint8_t& byte : bytes) {
    byte = static_cast<std::uint8_t>(value);
    value >>= 8;
  }
  return bytes;
}

}  // namespace bootferry::images::check
