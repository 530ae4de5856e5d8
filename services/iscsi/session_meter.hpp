// SPDX-License-Identifier: Apache-2.0
// What one session did so far: commands and bytes each way, queue depth, latencies, its last command. Written by its
// connection on one loop, read from any thread (session list, metrics); no lock and no locked instruction on the way of
// a command.
#pragma once

#include <atomic>
#include <memory>

#include "base/clock.hpp"
#include "base/latency_histogram.hpp"
#include "boot/administration.hpp"
#include "boot/session_sample.hpp"
#include "boot/summary.hpp"

namespace bootferry::iscsi {

enum class CommandClass : std::uint8_t { read, write, other };

class SessionMeter {
 public:
  /// A command came; `depth` of them are open now, this one too.
  void on_command(std::uint8_t opcode, std::uint8_t service_action, std::uint32_t depth, SteadyTime now);
  void on_answer(CommandClass direction, std::uint64_t bytes, bool is_error);
  /// Its answer leaves; of others than reads and writes nothing is kept.
  void on_latency(CommandClass direction, Latency latency);
  void set_depth(std::uint32_t depth) { depth_.store(depth, std::memory_order_relaxed); }

  /// Fills the counters of `view`. `now` tells how long ago the last command was.
  void report(boot::SessionView& view, SteadyTime now) const;
  /// Bytes and the last command only: no latencies are copied.
  [[nodiscard]] boot::SessionSample sample(SteadyTime now, WallTime wall_now) const;
  /// Adds to the sums of a target.
  void add_to(boot::TargetTraffic& traffic) const;
  /// The bytes alone.
  void add_to(boot::Transferred& sum) const;

 private:
  /// Made by the first read or write: most sessions of a house that sleeps never need them.
  struct Latencies {
    LatencyRecorder reads, writes;
  };
  using Counter = std::atomic<std::uint64_t>;
  static void bump(Counter& counter, std::uint64_t by) {
    counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
  [[nodiscard]] Latencies& latencies();
  [[nodiscard]] boot::TrafficCounters counters() const;

  Counter reads_{0}, writes_{0}, others_{0}, bytes_read_{0}, bytes_written_{0}, errors_{0};
  std::atomic<std::uint32_t> depth_{0}, highest_depth_{0};
  std::atomic<std::uint32_t> last_command_{0};  ///< opcode, service action and a mark that there was one
  std::atomic<SteadyTime::rep> last_at_{0};
  std::unique_ptr<Latencies> own_latencies_;  ///< the writer's
  std::atomic<const Latencies*> latencies_{nullptr};
};

}  // namespace bootferry::iscsi
