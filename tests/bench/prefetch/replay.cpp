// SPDX-License-Identifier: Apache-2.0
// Boots again without the machine: `replay IMAGE TRACE ahead|alone THINK_SECONDS` reads what the trace says in its
// order, 64 KiB at a time, one after the other as a machine does, thinking THINK_SECONDS in all between the reads. With
// `ahead` the product's prefetch runs beside it, from 20 ms before the first read (script to login). Prints the seconds
// that the reads took.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string_view>
#include <thread>

#include "images/prefetch.hpp"
#include "images/raw_device.hpp"

int main(int count, char** arguments) {
  using namespace bootferry;
  using namespace bootferry::images;
  using SteadyClock = std::chrono::steady_clock;
  if (count != 5) return 2;
  std::ifstream in(arguments[2], std::ios::binary);
  const Bytes bytes{std::istreambuf_iterator<char>(in), {}};
  const auto trace = decode_boot_trace(bytes);
  const auto machine = make_raw_device(arguments[1], OpenMode::read_only);
  const auto server = make_raw_device(arguments[1], OpenMode::read_only);
  if (!trace || !machine || !server) return 1;
  constexpr std::uint64_t piece = 64 << 10;
  std::uint64_t pieces = 0;
  for (const TraceRun& run : trace->runs) pieces += (run.length.value + piece - 1) / piece;
  const std::chrono::duration<double> think(std::atof(arguments[4]) /
                                            static_cast<double>(std::max<std::uint64_t>(pieces, 1)));
  std::jthread ahead;
  if (std::string_view(arguments[3]) == "ahead")
    ahead = std::jthread(
        [&](const std::stop_token& stop) { (void)prefetch(**server, *trace, [&] { return stop.stop_requested(); }); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  std::chrono::duration<double> waited{};
  Bytes out(piece);
  for (const TraceRun& run : trace->runs) {
    for (std::uint64_t at = 0; at < run.length.value; at += piece) {
      std::this_thread::sleep_for(think);
      const auto begin = SteadyClock::now();
      const auto size = std::min(piece, run.length.value - at);
      if (!(*machine)->read(run.offset + ByteCount{at}, MutableByteView(out).first(size))) return 1;
      waited += SteadyClock::now() - begin;
    }
  }
  std::printf("%.2f\n", waited.count());
  return 0;
}
