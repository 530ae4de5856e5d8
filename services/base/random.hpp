// SPDX-License-Identifier: Apache-2.0
// Unpredictable bytes as a seam: SystemRandom is libsodium's, SeededRandom a test's. Any thread for SystemRandom.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace bootferry {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(MutableByteView out) = 0;

  std::uint32_t u32() {
    std::uint8_t raw[4];
    fill(raw);
    return ByteReader(raw).u32();
  }
};

class SystemRandom final : public Random {
 public:
  void fill(MutableByteView out) override;
};

/// Repeats itself for the same seed (xorshift); never for secrets.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed | 1) {}
  void fill(MutableByteView out) override {
    for (std::uint8_t& byte : out) {
      state_ ^= state_ << 13;
      state_ ^= state_ >> 7;
      state_ ^= state_ << 17;
      byte = static_cast<std::uint8_t>(state_ >> 24);
    }
  }

 private:
  std::uint64_t state_;
};

}  // namespace bootferry
