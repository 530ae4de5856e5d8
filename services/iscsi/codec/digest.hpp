// SPDX-License-Identifier: Apache-2.0
// CRC32C, the header and data digest of iSCSI (RFC 7143 13.1), computed by the processor's own instruction through
// ISA-L. Used by framing and sending; pure, any thread.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace bootferry::iscsi {

/// Of one run of bytes that is given in pieces.
class Crc32c {
 public:
  void add(ByteView bytes);
  [[nodiscard]] std::uint32_t value() const { return ~state_; }

 private:
  std::uint32_t state_ = 0xffffffff;
};

/// A digest travels with its least significant byte first (RFC 7143 appendix A.4's examples).
inline constexpr std::size_t digest_size = 4;
void encode_digest(std::uint32_t value, std::uint8_t* out);
[[nodiscard]] std::uint32_t decode_digest(const std::uint8_t* in);

}  // namespace bootferry::iscsi
