// SPDX-License-Identifier: Apache-2.0
// Command numbering of a session (RFC 7143 4.2.2.1): which CmdSN is next, how far the initiator may go. Serial
// arithmetic. Used by Session; pure.
#pragma once

#include <cstdint>

namespace bootferry::iscsi {

/// a is before b (RFC 1982, 32 bits).
[[nodiscard]] constexpr bool serial_before(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::int32_t>(a - b) < 0;
}

class CommandWindow {
 public:
  enum class Place { expected, ahead, outside };

  void start(std::uint32_t expected, std::uint32_t depth) { expected_ = expected, max_ = expected + depth - 1; }
  [[nodiscard]] Place place(std::uint32_t cmd_sn) const {
    if (cmd_sn == expected_) return serial_before(max_, cmd_sn) ? Place::outside : Place::expected;
    return serial_before(cmd_sn, expected_) || serial_before(max_, cmd_sn) ? Place::outside : Place::ahead;
  }
  void advance() { ++expected_; }
  /// `open` commands of the `depth` that there may be are being worked on. MaxCmdSN never goes back (RFC 7143 4.2.2.1):
  /// a smaller depth takes hold as commands come.
  void update(std::uint32_t open, std::uint32_t depth) {
    const std::uint32_t max = expected_ - 1 + (open < depth ? depth - open : 0);
    if (serial_before(max_, max)) max_ = max;
  }
  [[nodiscard]] std::uint32_t expected() const { return expected_; }
  [[nodiscard]] std::uint32_t max() const { return max_; }
  [[nodiscard]] bool closed() const { return serial_before(max_, expected_); }

 private:
  std::uint32_t expected_ = 1, max_ = 1;
};

}  // namespace bootferry::iscsi
