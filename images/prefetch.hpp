// SPDX-License-Identifier: Apache-2.0
// Reads what a boot will read before it asks: through the device, so that it lies in the page cache, whatever layers
// are below. Called by app on its one thread of low priority; one read of at most a megabyte is under way at a time, so
// no machine's read waits for more than that.
#pragma once

#include <functional>
#include <vector>

#include "images/block_device.hpp"
#include "images/boot_trace.hpp"

namespace bootferry::images {

/// The reads in order. They follow the trace window by window; inside a window they go over the disk once, for a hard
/// disk takes longer to seek than to read: small gaps are read through. Windows grow as the machine falls behind.
[[nodiscard]] std::vector<TraceRun> plan_prefetch(const BootTrace& trace, ByteCount device_size);

struct Prefetched {
  ByteCount read;    ///< from the disk below
  ByteCount cached;  ///< was in memory already
  bool whole = false;
};

/// Asked before each read; true ends it.
using PrefetchStop = std::function<bool()>;

[[nodiscard]] Prefetched prefetch(BlockDevice& device, const BootTrace& trace, const PrefetchStop& stop);

}  // namespace bootferry::images
