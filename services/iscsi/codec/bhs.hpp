// SPDX-License-Identifier: Apache-2.0
// The basic header segment that every PDU begins with (RFC 7143 11.2.1), and how a PDU's layout reads and writes it:
// one list of fields runs in both directions, so that decode<ScsiCommand>(bhs) and encode(pdu, length) cannot disagree.
// Used by the pdu_*.hpp beside it, the reader and the session machine; plain values, any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace bootferry::iscsi {

inline constexpr std::size_t bhs_size = 48;
using Bhs = std::array<std::uint8_t, bhs_size>;
using Cdb = std::array<std::uint8_t, 16>;
inline constexpr std::uint32_t no_tag = 0xffffffff;  ///< the reserved value of task and transfer tags

enum class Opcode : std::uint8_t {  // RFC 7143 11.2.1.2
  nop_out = 0x00,
  scsi_command = 0x01,
  task_management_request = 0x02,
  login_request = 0x03,
  text_request = 0x04,
  data_out = 0x05,
  logout_request = 0x06,
  snack_request = 0x10,
  nop_in = 0x20,
  scsi_response = 0x21,
  task_management_response = 0x22,
  login_response = 0x23,
  text_response = 0x24,
  data_in = 0x25,
  logout_response = 0x26,
  ready_to_transfer = 0x31,
  async_message = 0x32,
  reject = 0x3f,
};

/// Reads a header's fields into a struct.
class BhsReader {
 public:
  explicit BhsReader(const Bhs& bhs) : bhs_(bhs) {}
  void flag(std::size_t at, std::uint8_t mask, bool& out) const { out = (bhs_[at] & mask) != 0; }
  template <class T>
  void bits(std::size_t at, int shift, std::uint8_t mask, T& out) const {
    out = static_cast<T>(bhs_[at] >> shift & mask);
  }
  template <class T>
  void number(std::size_t at, std::size_t size, T& out) const {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8 | bhs_[at + i];
    out = static_cast<T>(value);
  }
  template <std::size_t N>
  void bytes(std::size_t at, std::array<std::uint8_t, N>& out) const {
    for (std::size_t i = 0; i < N; ++i) out[i] = bhs_[at + i];
  }

 private:
  const Bhs& bhs_;
};

/// Writes a struct's fields into a zeroed header.
class BhsWriter {
 public:
  explicit BhsWriter(Bhs& bhs) : bhs_(bhs) {}
  void flag(std::size_t at, std::uint8_t mask, bool value) const {
    if (value) bhs_[at] |= mask;
  }
  template <class T>
  void bits(std::size_t at, int shift, std::uint8_t mask, const T& value) const {
    bhs_[at] = static_cast<std::uint8_t>(bhs_[at] | (static_cast<std::uint8_t>(value) & mask) << shift);
  }
  template <class T>
  void number(std::size_t at, std::size_t size, const T& value) const {
    const auto wide = static_cast<std::uint64_t>(value);
    for (std::size_t i = 0; i < size; ++i) bhs_[at + i] = static_cast<std::uint8_t>(wide >> 8 * (size - 1 - i));
  }
  template <std::size_t N>
  void bytes(std::size_t at, const std::array<std::uint8_t, N>& value) const {
    for (std::size_t i = 0; i < N; ++i) bhs_[at + i] = value[i];
  }

 private:
  Bhs& bhs_;
};

[[nodiscard]] inline Opcode opcode_of(const Bhs& bhs) { return static_cast<Opcode>(bhs[0] & 0x3f); }
[[nodiscard]] inline bool is_immediate(const Bhs& bhs) { return (bhs[0] & 0x40) != 0; }
[[nodiscard]] inline std::uint32_t ahs_length_of(const Bhs& bhs) { return bhs[4] * 4u; }  ///< bytes
[[nodiscard]] inline std::uint32_t data_length_of(const Bhs& bhs) { return bhs[5] << 16 | bhs[6] << 8 | bhs[7]; }
[[nodiscard]] inline std::uint32_t task_tag_of(const Bhs& bhs) {
  std::uint32_t tag = 0;
  BhsReader(bhs).number(16, 4, tag);
  return tag;
}
/// 0 to 3 bytes: a data segment ends on a multiple of 4 (RFC 7143 11.2).
[[nodiscard]] constexpr std::uint32_t padding_of(std::uint32_t length) { return (4 - length % 4) % 4; }

template <class Pdu>
[[nodiscard]] Pdu decode(const Bhs& bhs) {
  Pdu pdu;
  Pdu::layout(BhsReader(bhs), pdu);
  return pdu;
}

/// Byte 1 bit 7 is always 1 in these PDUs.
template <class Pdu>
constexpr bool always_final =
    Pdu::opcode == Opcode::nop_out || Pdu::opcode == Opcode::nop_in || Pdu::opcode == Opcode::scsi_response ||
    Pdu::opcode == Opcode::task_management_request || Pdu::opcode == Opcode::task_management_response ||
    Pdu::opcode == Opcode::ready_to_transfer || Pdu::opcode == Opcode::async_message ||
    Pdu::opcode == Opcode::logout_request || Pdu::opcode == Opcode::logout_response ||
    Pdu::opcode == Opcode::snack_request || Pdu::opcode == Opcode::reject;

/// `data_length`: bytes of the data segment without padding, below 2^24; `ahs_length`: bytes, a multiple of 4.
template <class Pdu>
[[nodiscard]] Bhs encode(const Pdu& pdu, std::uint32_t data_length = 0, std::uint32_t ahs_length = 0) {
  Bhs bhs{};
  bhs[0] = static_cast<std::uint8_t>(Pdu::opcode);
  if constexpr (always_final<Pdu>) bhs[1] = 0x80;
  Pdu::layout(BhsWriter(bhs), pdu);
  bhs[4] = static_cast<std::uint8_t>(ahs_length / 4);
  BhsWriter(bhs).number(5, 3, data_length);
  return bhs;
}

}  // namespace bootferry::iscsi
