// SPDX-License-Identifier: Apache-2.0
// A command descriptor block and the fields that many commands share: their place follows from the opcode's group
// (SPC-4 4.2.5). Used by command handlers; plain value, any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace bootferry::iscsi::scsi {

/// Blocks [lba, lba + count).
struct BlockRange {
  std::uint64_t lba = 0;
  std::uint64_t count = 0;
};

class Cdb {
 public:
  explicit Cdb(const std::array<std::uint8_t, 16>& bytes) : bytes_(bytes) {}

  [[nodiscard]] std::uint8_t opcode() const { return bytes_[0]; }
  [[nodiscard]] std::uint8_t service_action() const { return bytes_[1] & 0x1f; }
  [[nodiscard]] std::uint8_t u8(std::size_t at) const { return bytes_[at]; }
  [[nodiscard]] bool bit(std::size_t at, std::uint8_t mask) const { return (bytes_[at] & mask) != 0; }
  [[nodiscard]] std::uint16_t u16(std::size_t at) const { return static_cast<std::uint16_t>(number(at, 2)); }
  [[nodiscard]] std::uint32_t u32(std::size_t at) const { return static_cast<std::uint32_t>(number(at, 4)); }
  [[nodiscard]] std::uint64_t u64(std::size_t at) const { return number(at, 8); }

  /// 6, 10, 12 or 16 by the opcode's group.
  [[nodiscard]] std::size_t length() const {
    switch (opcode() >> 5) {
      case 0:
        return 6;
      case 1:
      case 2:
        return 10;
      case 5:
        return 12;
      default:
        return 16;
    }
  }
  [[nodiscard]] std::uint8_t control() const { return bytes_[length() - 1]; }
  /// LBA and transfer length of the READ/WRITE/VERIFY... families (SBC-3 chapter 5).
  [[nodiscard]] BlockRange range() const {
    switch (length()) {
      case 6:
        return {number(1, 3) & 0x1fffff, bytes_[4] == 0 ? 256u : bytes_[4]};
      case 10:
        return {u32(2), u16(7)};
      case 12:
        return {u32(2), u32(6)};
      default:
        return {u64(2), u32(10)};
    }
  }
  /// Where that transfer length stands, for a field pointer.
  [[nodiscard]] std::uint16_t count_field() const {
    switch (length()) {
      case 6:
        return 4;
      case 10:
        return 7;
      case 12:
        return 6;
      default:
        return 10;
    }
  }

 private:
  [[nodiscard]] std::uint64_t number(std::size_t at, std::size_t size) const {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8 | bytes_[at + i];
    return value;
  }

  std::array<std::uint8_t, 16> bytes_;
};

}  // namespace bootferry::iscsi::scsi
