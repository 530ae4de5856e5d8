// SPDX-License-Identifier: Apache-2.0
// Pooled memory for what crosses the wire: counted handles, so that a frame waiting to be sent and a disk job can own
// the same bytes. Made by the session machine and the shell; handles may be moved to and dropped on any thread.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/bytes.hpp"

namespace bootferry::iscsi {

class BufferPool;

class Buffer {
 public:
  Buffer() = default;
  Buffer(const Buffer& other) : block_(other.block_) {
    if (block_) block_->holders.fetch_add(1, std::memory_order_relaxed);
  }
  Buffer(Buffer&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  Buffer& operator=(Buffer other) noexcept { return std::swap(block_, other.block_), *this; }
  ~Buffer() {
    if (block_ && block_->holders.fetch_sub(1, std::memory_order_acq_rel) == 1) release();
  }

  [[nodiscard]] std::uint8_t* data() const { return block_ ? block_->bytes : nullptr; }
  [[nodiscard]] std::size_t capacity() const { return block_ ? block_->capacity : 0; }
  [[nodiscard]] MutableByteView first(std::size_t count) const { return {data(), count}; }
  explicit operator bool() const { return block_ != nullptr; }

 private:
  friend class BufferPool;
  struct Block {
    std::atomic<std::uint32_t> holders{1};
    std::uint8_t size_class = 0;
    std::size_t capacity = 0;
    std::uint8_t* bytes = nullptr;
    std::shared_ptr<BufferPool> pool;  ///< while handed out
  };
  explicit Buffer(Block* block) : block_(block) {}
  void release();
  Block* block_ = nullptr;
};

class BufferPool : public std::enable_shared_from_this<BufferPool> {
 public:
  BufferPool() = default;
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;
  ~BufferPool();
  /// At least `size` bytes, not cleared.
  [[nodiscard]] Buffer take(std::size_t size);

 private:
  friend class Buffer;
  void give_back(Buffer::Block* block);
  static void destroy(Buffer::Block* block);

  static constexpr std::array<std::size_t, 5> sizes{4096, 16384, 65536, 262144, 1048576};
  static constexpr std::size_t kept_bytes_per_size = 8u << 20;
  std::mutex mutex_;
  std::array<std::vector<Buffer::Block*>, sizes.size()> free_;
};

}  // namespace bootferry::iscsi
