// SPDX-License-Identifier: Apache-2.0
// What the benchmark's disks hold: a megabyte without two equal words, over and over, so that each block that comes can
// be told from its neighbours. It stays in the cache, so that filling writes costs the client nothing.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "base/bytes.hpp"

namespace bootferry::bench {

inline constexpr std::size_t pattern_period = 1u << 20;

/// Twice the period: any period's worth of bytes from any place in it is one view.
inline const Bytes& pattern() {
  static const Bytes bytes = [] {
    Bytes made(pattern_period * 2);
    for (std::size_t i = 0; i < made.size(); i += 8) {
      const std::uint64_t word = (i % pattern_period + 8) * 0x9e3779b97f4a7c15u;
      std::memcpy(made.data() + i, &word, 8);
    }
    return made;
  }();
  return bytes;
}

inline ByteView pattern_at(std::uint64_t position, std::size_t length) {
  return ByteView(pattern()).subspan(position % pattern_period, length);
}

/// The first words of the 4096-byte blocks in `data`, which stands at `position` on the disk.
inline bool fits_pattern(std::uint64_t position, ByteView data) {
  for (std::size_t at = (4096 - position % 4096) % 4096; at + 8 <= data.size(); at += 4096) {
    if (std::memcmp(data.data() + at, pattern().data() + (position + at) % pattern_period, 8) != 0) return false;
  }
  return true;
}

}  // namespace bootferry::bench
