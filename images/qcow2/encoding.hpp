// SPDX-License-Identifier: Apache-2.0
// What the tables of a qcow2 file have in common: entries of 64 bits whose offsets leave the high and low bits to
// flags, and the word for an entry that cannot be. Used inside this folder only.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace bootferry::images::qcow2 {

/// The offset in an L1, L2 or refcount table entry.
inline constexpr std::uint64_t offset_mask = 0x00ff'ffff'ffff'fe00;
/// Tables are cached and written in pieces of at most this size.
inline constexpr std::uint64_t slice_limit = 4096;

[[nodiscard]] inline Bytes encode_u64(std::uint64_t value) {
  Bytes bytes;
  ByteWriter(bytes).u64(value);
  return bytes;
}

[[nodiscard]] inline std::unexpected<Error> damaged(const std::string& what) {
  return fail(ErrorKind::invalid, "This qcow2 file is damaged: " + what + ".");
}

}  // namespace bootferry::images::qcow2
