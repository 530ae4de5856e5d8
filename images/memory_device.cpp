// SPDX-License-Identifier: Apache-2.0
#include "images/memory_device.hpp"

#include <algorithm>
#include <mutex>

#include "images/range_check.hpp"

namespace bootferry::images {

MemoryDevice::MemoryDevice(ByteCount size, std::uint32_t block_size)
    : block_size_(block_size), bytes_(size.value / block_size * block_size), allocated_(size.value / block_size) {}

Capabilities MemoryDevice::capabilities() const {
  return {.writable = true, .trims = true, .zeroes = true, .trimmed_reads_zero = true};
}

Result<void> MemoryDevice::read(ByteCount offset, MutableByteView out) {
  if (auto checked = check_range(*this, offset, out.size()); !checked) return checked;
  std::shared_lock lock(mutex_);
  std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset.value), out.size(), out.begin());
  return {};
}

Result<void> MemoryDevice::write(ByteCount offset, ByteView data) {
  if (auto checked = check_change(*this, offset, data.size()); !checked) return checked;
  std::unique_lock lock(mutex_);
  std::ranges::copy(data, bytes_.begin() + static_cast<std::ptrdiff_t>(offset.value));
  mark(offset, data.size(), true);
  return {};
}

Result<void> MemoryDevice::trim(ByteCount offset, ByteCount length) {
  if (auto checked = check_change(*this, offset, length.value); !checked) return checked;
  std::unique_lock lock(mutex_);
  std::fill_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset.value), length.value, std::uint8_t{0});
  mark(offset, length.value, false);
  return {};
}

Result<void> MemoryDevice::zero(ByteCount offset, ByteCount length) {
  if (auto checked = check_change(*this, offset, length.value); !checked) return checked;
  std::unique_lock lock(mutex_);
  std::fill_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset.value), length.value, std::uint8_t{0});
  mark(offset, length.value, true);
  return {};
}

Result<std::vector<Extent>> MemoryDevice::extents(ByteCount offset, ByteCount length) {
  if (auto checked = check_range(*this, offset, length.value); !checked) return std::unexpected(checked.error());
  std::shared_lock lock(mutex_);
  std::vector<Extent> found;
  for (std::uint64_t at = offset.value; at < offset.value + length.value; at += block_size_) {
    const bool allocated = allocated_[at / block_size_];
    if (found.empty() || found.back().allocated != allocated) found.push_back({{at}, {0}, allocated});
    found.back().length += {block_size_};
  }
  return found;
}

Result<TryRead> MemoryDevice::try_read(ByteCount offset, MutableByteView out) {
  if (auto checked = check_range(*this, offset, out.size()); !checked) return std::unexpected(checked.error());
  std::shared_lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock()) return TryRead::would_block;
  std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset.value), out.size(), out.begin());
  return TryRead::done;
}

void MemoryDevice::mark(ByteCount offset, std::uint64_t length, bool allocated) {
  const auto first = allocated_.begin() + static_cast<std::ptrdiff_t>(offset.value / block_size_);
  std::fill(first, first + static_cast<std::ptrdiff_t>(length / block_size_), allocated);
}

}  // namespace bootferry::images
