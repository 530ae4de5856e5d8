// SPDX-License-Identifier: Apache-2.0
// The check that every device makes again: whole blocks, inside the device. Any thread.
#pragma once

#include "images/block_device.hpp"

namespace bootferry::images {

[[nodiscard]] inline Result<void> check_range(const BlockDevice& device, ByteCount offset, std::uint64_t length) {
  const std::uint64_t block = device.block_size();
  const std::uint64_t size = device.size().value;
  if (offset.value % block != 0 || length % block != 0)
    return fail(ErrorKind::invalid, "Disk access is not in whole blocks.");
  if (offset.value > size || length > size - offset.value)
    return fail(ErrorKind::invalid, "Disk access behind the end.");
  return {};
}

/// The same for write, trim and zero.
[[nodiscard]] inline Result<void> check_change(const BlockDevice& device, ByteCount offset, std::uint64_t length) {
  if (!device.capabilities().writable) return fail(ErrorKind::denied, "The disk is read-only.");
  return check_range(device, offset, length);
}

}  // namespace bootferry::images
