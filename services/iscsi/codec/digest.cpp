// SPDX-License-Identifier: Apache-2.0
#include "iscsi/codec/digest.hpp"

#include <isa-l/crc.h>

namespace bootferry::iscsi {

void Crc32c::add(ByteView bytes) {
  while (!bytes.empty()) {
    const auto piece = bytes.first(std::min<std::size_t>(bytes.size(), 1u << 30));  // ISA-L counts in int
    state_ = crc32_iscsi(const_cast<unsigned char*>(piece.data()), static_cast<int>(piece.size()), state_);
    bytes = bytes.subspan(piece.size());
  }
}

void encode_digest(std::uint32_t value, std::uint8_t* out) {
  for (int i = 0; i < 4; ++i) out[i] = static_cast<std::uint8_t>(value >> 8 * i);
}

std::uint32_t decode_digest(const std::uint8_t* in) {
  return in[0] | in[1] << 8 | in[2] << 16 | static_cast<std::uint32_t>(in[3]) << 24;
}

}  // namespace bootferry::iscsi
