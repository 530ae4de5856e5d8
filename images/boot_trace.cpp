// SPDX-License-Identifier: Apache-2.0
#include "images/boot_trace.hpp"

#include <zlib.h>

#include <string_view>

namespace bootferry::images {
namespace {

// magic (8), number of runs (4), runs of offset (8) and length (4), CRC-32 of all before (4); big-endian.
constexpr std::string_view magic = "BFTRACE1";
constexpr std::size_t header_bytes = magic.size() + 4;
constexpr std::size_t run_bytes = 12;
constexpr std::size_t checksum_bytes = 4;
constexpr std::uint64_t last_offset = 1ull << 62;  // no disk is bigger

std::uint32_t checksum_of(ByteView bytes) {
  return static_cast<std::uint32_t>(::crc32(0, bytes.data(), static_cast<uInt>(bytes.size())));
}

std::unexpected<Error> broken(const char* why) {
  return fail(ErrorKind::invalid, std::string("No boot trace: ") + why + ".");
}

bool is_plausible(const TraceRun& run) {
  return run.length.value != 0 && run.offset.value % BootTrace::page == 0 && run.length.value % BootTrace::page == 0 &&
         run.offset.value < last_offset;
}

}  // namespace

ByteCount BootTrace::total() const {
  ByteCount sum;
  for (const TraceRun& run : runs) sum += run.length;
  return sum;
}

std::size_t max_encoded_boot_trace() { return header_bytes + BootTrace::max_runs * run_bytes + checksum_bytes; }

Bytes encode_boot_trace(const BootTrace& trace) {
  Bytes bytes;
  bytes.reserve(header_bytes + trace.runs.size() * run_bytes + checksum_bytes);
  ByteWriter out(bytes);
  out.text(magic);
  out.u32(static_cast<std::uint32_t>(trace.runs.size()));
  for (const TraceRun& run : trace.runs) {
    out.u64(run.offset.value);
    out.u32(static_cast<std::uint32_t>(run.length.value));
  }
  out.u32(checksum_of(bytes));
  return bytes;
}

Result<BootTrace> decode_boot_trace(ByteView bytes) {
  if (bytes.size() < header_bytes + checksum_bytes) return broken("it is too short");
  if (bytes.size() > max_encoded_boot_trace()) return broken("it is too long");
  const ByteView content = bytes.first(bytes.size() - checksum_bytes);
  if (ByteReader(bytes.last(checksum_bytes)).u32() != checksum_of(content)) return broken("its checksum is wrong");
  ByteReader in(content);
  if (text_of(in.take(magic.size())) != magic) return broken("it is of another version");
  const std::size_t count = in.u32();
  if (in.remaining() != count * run_bytes) return broken("its length is wrong");
  BootTrace trace;
  trace.runs.reserve(count);
  ByteCount total;
  for (std::size_t i = 0; i < count; ++i) {
    const ByteCount offset{in.u64()};
    const ByteCount length{in.u32()};
    if (!is_plausible({offset, length})) return broken("a run of it lies nowhere");
    total += length;
    trace.runs.push_back({offset, length});
  }
  if (total > BootTrace::max_total) return broken("it is of too many bytes");
  return trace;
}

}  // namespace bootferry::images
