// SPDX-License-Identifier: Apache-2.0
#include "images/prefetch.hpp"

#include <algorithm>

namespace bootferry::images {
namespace {

constexpr std::uint64_t first_window = 2 << 20;  // the machine is right behind: what it wants first comes first
constexpr std::uint64_t last_window = 32 << 20;
constexpr std::uint64_t small_gap = 64 << 10;  // a disk reads it in less time than it needs to move
constexpr std::uint64_t longest_read = 1 << 20;

std::uint64_t end_of(const TraceRun& run) { return run.offset.value + run.length.value; }

void append_window(std::vector<TraceRun>& window, std::vector<TraceRun>& plan) {
  std::ranges::sort(window, {}, [](const TraceRun& run) { return run.offset.value; });
  std::vector<TraceRun> merged;
  for (const TraceRun& run : window) {
    if (!merged.empty() && run.offset.value <= end_of(merged.back()) + small_gap)
      merged.back().length = {std::max(end_of(merged.back()), end_of(run)) - merged.back().offset.value};
    else
      merged.push_back(run);
  }
  for (const TraceRun& run : merged) {
    for (std::uint64_t at = run.offset.value; at < end_of(run); at += longest_read)
      plan.push_back({{at}, {std::min(longest_read, end_of(run) - at)}});
  }
  window.clear();
}

}  // namespace

std::vector<TraceRun> plan_prefetch(const BootTrace& trace, ByteCount device_size) {
  std::vector<TraceRun> plan;
  std::vector<TraceRun> window;
  std::uint64_t room = first_window;
  std::uint64_t filled = 0;
  for (TraceRun run : trace.runs) {
    if (run.offset >= device_size) continue;
    run.length = std::min(run.length, device_size - run.offset);
    while (run.length.value != 0) {
      const ByteCount part{std::min(run.length.value, room - filled)};
      window.push_back({run.offset, part});
      run = {run.offset + part, run.length - part};
      filled += part.value;
      if (filled < room) continue;
      append_window(window, plan);
      filled = 0;
      room = std::min(room * 2, last_window);
    }
  }
  append_window(window, plan);
  return plan;
}

Prefetched prefetch(BlockDevice& device, const BootTrace& trace, const PrefetchStop& stop) {
  Prefetched done;
  Bytes buffer(longest_read);
  for (const TraceRun& step : plan_prefetch(trace, device.size())) {
    if (stop()) return done;
    const MutableByteView out = MutableByteView(buffer).first(step.length.value);
    const auto tried = device.try_read(step.offset, out);
    if (tried && *tried == TryRead::done) {
      done.cached += step.length;
      continue;
    }
    if (!device.read(step.offset, out)) return done;  // the machine will meet the error itself
    done.read += step.length;
  }
  done.whole = true;
  return done;
}

}  // namespace bootferry::images
