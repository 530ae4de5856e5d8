// SPDX-License-Identifier: Apache-2.0
// The file of a boot trace, with a right checksum put behind it half of the time, and the plan that is made of it.
#include <zlib.h>

#include <cstdint>
#include <cstdlib>

#include "images/boot_trace.hpp"
#include "images/prefetch.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bootferry;
  using namespace bootferry::images;
  if (size < 1) return 0;
  Bytes bytes(data + 1, data + size);
  if (data[0] & 1)
    ByteWriter(bytes).u32(static_cast<std::uint32_t>(crc32(0, bytes.data(), static_cast<uInt>(bytes.size()))));
  const auto trace = decode_boot_trace(bytes);
  if (!trace) return 0;
  if (encode_boot_trace(*trace) != bytes) std::abort();
  const ByteCount device{mib(1).value << (data[0] >> 3)};
  ByteCount planned;
  for (const TraceRun& step : plan_prefetch(*trace, device)) {
    if (step.length > mib(1) || step.offset >= device || step.length > device - step.offset) std::abort();
    planned += step.length;
  }
  if (planned > BootTrace::max_total + ByteCount{trace->runs.size() * (64ull << 10)}) std::abort();
  return 0;
}
