// SPDX-License-Identifier: Apache-2.0
#include "iscsi/session/buffer.hpp"

#include <cstdlib>
#include <new>

namespace bootferry::iscsi {

void Buffer::release() {
  const std::shared_ptr<BufferPool> pool = std::move(block_->pool);
  pool->give_back(block_);
}

BufferPool::~BufferPool() {
  for (auto& list : free_) {
    for (Buffer::Block* block : list) destroy(block);
  }
}

Buffer BufferPool::take(std::size_t size) {
  std::uint8_t size_class = 0;
  while (size_class < sizes.size() && sizes[size_class] < size) ++size_class;
  Buffer::Block* block = nullptr;
  if (size_class < sizes.size()) {
    std::lock_guard lock(mutex_);
    if (!free_[size_class].empty()) {
      block = free_[size_class].back();
      free_[size_class].pop_back();
    }
  }
  if (block == nullptr) {
    auto made = std::make_unique<Buffer::Block>();
    made->size_class = size_class;
    made->capacity = size_class < sizes.size() ? sizes[size_class] : size;
    made->bytes = static_cast<std::uint8_t*>(std::malloc(made->capacity));
    if (made->bytes == nullptr) throw std::bad_alloc();
    block = made.release();
  }
  block->holders.store(1, std::memory_order_relaxed);
  block->pool = shared_from_this();
  return Buffer(block);
}

void BufferPool::give_back(Buffer::Block* block) {
  if (block->size_class < sizes.size()) {
    std::lock_guard lock(mutex_);
    auto& list = free_[block->size_class];
    if (list.size() * block->capacity < kept_bytes_per_size) {
      list.push_back(block);
      return;
    }
  }
  destroy(block);
}

void BufferPool::destroy(Buffer::Block* block) {
  std::free(block->bytes);
  delete block;
}

}  // namespace bootferry::iscsi
