// SPDX-License-Identifier: Apache-2.0
// How long things took, in a fixed number of buckets: four to each doubling from 4 us to 8 s, so that a quantile is
// right to a fifth. LatencyHistogram is a plain value for readers; LatencyRecorder is written by one thread while any
// thread takes snapshots.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace bootferry {

using Latency = std::chrono::microseconds;

class LatencyHistogram {
 public:
  static constexpr std::size_t buckets = 88;

  /// Of a latency: those below 4 us have buckets of their own, the last one takes all that is longer.
  [[nodiscard]] static std::size_t bucket_of(Latency latency);
  /// The smallest latency that is too long for the bucket; Latency::max() for the last one.
  [[nodiscard]] static Latency end_of(std::size_t bucket);

  void add(Latency latency) { add_to(bucket_of(latency), 1, latency); }
  void add_to(std::size_t bucket, std::uint64_t times, Latency total) {
    if (counts_.empty()) counts_.resize(buckets);
    counts_[bucket] += times, count_ += times, total_ += total;
  }
  void merge(const LatencyHistogram& other);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] Latency total() const { return total_; }
  /// What a part `q` (0 to 1) of all stayed below; 0 when there is none.
  [[nodiscard]] Latency quantile(double q) const;
  /// How many stayed below `bound`, which should be a power of two: there buckets end.
  [[nodiscard]] std::uint64_t count_below(Latency bound) const;

 private:
  std::vector<std::uint64_t> counts_;  ///< of each bucket; empty while there is nothing, as in most sessions' rows
  std::uint64_t count_ = 0;
  Latency total_{};
};

class LatencyRecorder {
 public:
  void record(Latency latency) {
    bump(counts_[LatencyHistogram::bucket_of(latency)], 1);
    bump(total_, static_cast<std::uint64_t>(latency.count()));
  }
  [[nodiscard]] LatencyHistogram snapshot() const;

 private:
  // One writer: no locked instruction is needed.
  static void bump(std::atomic<std::uint64_t>& value, std::uint64_t by) {
    value.store(value.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
  std::array<std::atomic<std::uint64_t>, LatencyHistogram::buckets> counts_{};
  std::atomic<std::uint64_t> total_{0};
};

}  // namespace bootferry
