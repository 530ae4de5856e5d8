// SPDX-License-Identifier: Apache-2.0
// PDUs ready for the wire, so many as go out in one gathered send: headers and tails here, data by reference to pooled
// buffers. Filled by Session::fill, sent by the shell, which remembers in it how far the socket took it. On the
// connection's loop.
#pragma once

#include <array>
#include <vector>

#include "base/bytes.hpp"
#include "iscsi/session/buffer.hpp"

namespace bootferry::iscsi {

struct Frame {
  std::array<std::uint8_t, 52> head{};  ///< BHS, header digest
  std::array<std::uint8_t, 8> tail{};   ///< padding, data digest
  std::uint8_t head_size = 48;
  std::uint8_t tail_size = 0;
  ByteView data;
  Buffer owner;  ///< of `data`
  [[nodiscard]] std::size_t size() const { return head_size + data.size() + tail_size; }
};

struct SendBatch {
  static constexpr std::size_t max_frames = 256;
  static constexpr std::size_t max_bytes = 1u << 20;

  std::vector<Frame> frames;
  std::size_t bytes = 0;      ///< not sent yet
  std::size_t next = 0;       ///< the first frame that is not wholly sent
  std::size_t next_sent = 0;  ///< bytes of it that are

  [[nodiscard]] bool full() const { return frames.size() >= max_frames || bytes >= max_bytes; }
  [[nodiscard]] bool empty() const { return bytes == 0; }
  void clear() { frames.clear(), bytes = 0, next = 0, next_sent = 0; }
  /// The socket took `count` bytes; buffers of sent frames go back to the pool at once.
  void on_sent(std::size_t count) {
    bytes -= count;
    next_sent += count;
    while (next < frames.size() && next_sent >= frames[next].size()) {
      next_sent -= frames[next].size();
      frames[next].owner = {};
      ++next;
    }
    if (bytes == 0) clear();
  }
};

}  // namespace bootferry::iscsi
