// SPDX-License-Identifier: Apache-2.0
// Helpers of the DiskWork classes: they run on a disk worker, own their bytes, and go over big ranges in bounded
// pieces.
#pragma once

#include <algorithm>

#include "iscsi/scsi/device_server.hpp"

namespace bootferry::iscsi::scsi {

inline constexpr std::uint64_t work_chunk = 1 << 20;

[[nodiscard]] inline Bytes copy_of(ByteView view) { return {view.begin(), view.end()}; }

/// Calls `visit(bytes since the start, chunk)` until it says false.
template <class Visit>
[[nodiscard]] Result<void> read_in_chunks(images::BlockDevice& device, ByteCount offset, ByteCount length,
                                          Visit visit) {
  Bytes buffer(std::min(work_chunk, length.value));
  for (std::uint64_t at = 0; at < length.value; at += buffer.size()) {
    const MutableByteView chunk(buffer.data(), std::min<std::uint64_t>(buffer.size(), length.value - at));
    if (auto read = device.read(offset + ByteCount{at}, chunk); !read) return read;
    if (!visit(at, ByteView(chunk))) return {};
  }
  return {};
}

}  // namespace bootferry::iscsi::scsi
