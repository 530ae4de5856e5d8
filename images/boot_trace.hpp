// SPDX-License-Identifier: Apache-2.0
// Which parts of an image a boot reads, in the order in which it first asked for them: what the next boot's prefetch
// follows. A plain value with a small checksummed form of its own. What is read back is only ever a hint: runs may lie
// anywhere, and whoever uses one looks at the device's size. Any thread.
#pragma once

#include <cstddef>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/units.hpp"

namespace bootferry::images {

struct TraceRun {
  ByteCount offset;
  ByteCount length;
  friend bool operator==(const TraceRun&, const TraceRun&) = default;
};

struct BootTrace {
  static constexpr std::uint64_t page = 4096;  ///< runs are whole pages: the page cache knows nothing smaller
  static constexpr std::size_t max_runs = 64 << 10;
  static constexpr ByteCount max_total = gib(1);

  std::vector<TraceRun> runs;

  [[nodiscard]] ByteCount total() const;
  friend bool operator==(const BootTrace&, const BootTrace&) = default;
};

[[nodiscard]] Bytes encode_boot_trace(const BootTrace& trace);
/// invalid when it is torn, of another version or beyond the bounds above: as good as none.
[[nodiscard]] Result<BootTrace> decode_boot_trace(ByteView bytes);
/// The most bytes that a trace can take.
[[nodiscard]] std::size_t max_encoded_boot_trace();

}  // namespace bootferry::images
