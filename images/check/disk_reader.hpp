// SPDX-License-Identifier: Apache-2.0
// Bounded reads at any byte of a device, for the decoders of this room: never outside of the device, never more in all
// than a budget. One thread.
#pragma once

#include "images/block_device.hpp"

namespace bootferry::images::check {

class DiskReader {
 public:
  static constexpr std::uint64_t default_budget = 384ull << 20;

  explicit DiskReader(BlockDevice& device, std::uint64_t budget = default_budget) : device_(device), left_(budget) {}

  [[nodiscard]] std::uint64_t size() const { return device_.size().value; }
  [[nodiscard]] std::uint32_t block_size() const { return device_.block_size(); }
  [[nodiscard]] bool holds(std::uint64_t offset, std::uint64_t length) const {
    return offset <= size() && length <= size() - offset;
  }
  /// invalid when it is not all inside the device, exhausted when the budget is spent.
  [[nodiscard]] Result<Bytes> read(std::uint64_t offset, std::uint64_t length);

 private:
  BlockDevice& device_;
  std::uint64_t left_;
};

}  // namespace bootferry::images::check
