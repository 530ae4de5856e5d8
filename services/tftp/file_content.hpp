// SPDX-License-Identifier: Apache-2.0
// A file's bytes in memory, which are sent in blocks (RFC 1350 section 5): the header of a block that leaves alone is
// written where the block lies, over the four bytes before it, so that no block is copied to be framed. Made by
// LoaderFiles, shared by the downloads of a file; the server's thread alone, for a header stands there while it is
// sent.
#pragma once

#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "tftp/codec.hpp"

namespace bootferry::tftp {

class FileContent {
 public:
  /// Zeros, to be filled in.
  explicit FileContent(std::size_t size) : memory_(data_header_size + size) {}
  explicit FileContent(ByteView bytes) : FileContent(bytes.size()) {
    std::copy(bytes.begin(), bytes.end(), this->bytes().begin());
  }

  [[nodiscard]] ByteView bytes() const { return ByteView(memory_).subspan(data_header_size); }
  [[nodiscard]] MutableByteView bytes() { return MutableByteView(memory_).subspan(data_header_size); }
  void shrink(std::size_t size) { memory_.resize(data_header_size + size); }

  /// Calls `send` with the header and the block behind it as one piece. `block` lies in bytes().
  template <typename Send>
  void send_framed(std::span<const std::uint8_t, data_header_size> header, ByteView block, Send send) {
    const auto at = memory_.begin() + (block.data() - memory_.data()) - data_header_size;
    std::array<std::uint8_t, data_header_size> covered;
    std::copy_n(at, data_header_size, covered.begin());
    std::copy(header.begin(), header.end(), at);
    send(ByteView(at, data_header_size + block.size()));
    std::copy(covered.begin(), covered.end(), at);
  }

 private:
  Bytes memory_;
};

}  // namespace bootferry::tftp
