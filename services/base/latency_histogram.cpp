// SPDX-License-Identifier: Apache-2.0
#include "base/latency_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace bootferry {

std::size_t LatencyHistogram::bucket_of(Latency latency) {
  const auto value = static_cast<std::uint64_t>(std::max<Latency::rep>(latency.count(), 0));
  if (value < 4) return value;
  const auto octave = static_cast<std::size_t>(std::bit_width(value)) - 1;  // 2 and more
  return std::min((octave - 1) * 4 + ((value >> (octave - 2)) & 3), buckets - 1);
}

Latency LatencyHistogram::end_of(std::size_t bucket) {
  if (bucket >= buckets - 1) return Latency::max();
  if (bucket < 4) return Latency(bucket + 1);
  const std::size_t octave = bucket / 4 + 1;
  return Latency((std::uint64_t{bucket % 4} + 5) << (octave - 2));
}

void LatencyHistogram::merge(const LatencyHistogram& other) {
  if (counts_.empty()) counts_.resize(other.counts_.size());
  for (std::size_t i = 0; i < other.counts_.size(); ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  total_ += other.total_;
}

Latency LatencyHistogram::quantile(double q) const {
  if (count_ == 0) return Latency{};
  const double wanted = std::max(std::clamp(q, 0.0, 1.0) * static_cast<double>(count_), 1.0);
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < buckets; ++i) {
    if (counts_[i] == 0 || static_cast<double>(below + counts_[i]) < wanted) {
      below += counts_[i];
      continue;
    }
    const Latency begin = i == 0 ? Latency{} : end_of(i - 1);
    if (i == buckets - 1) return begin;  // longer than can be told
    const double part = (wanted - static_cast<double>(below)) / static_cast<double>(counts_[i]);
    return begin + Latency(std::llround(part * static_cast<double>((end_of(i) - begin).count())));
  }
  return end_of(buckets - 2);
}

std::uint64_t LatencyHistogram::count_below(Latency bound) const {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < counts_.size() && end_of(i) <= bound; ++i) count += counts_[i];
  return count;
}

LatencyHistogram LatencyRecorder::snapshot() const {
  LatencyHistogram histogram;
  for (std::size_t i = 0; i < LatencyHistogram::buckets; ++i)
    histogram.add_to(i, counts_[i].load(std::memory_order_relaxed), {});
  histogram.add_to(0, 0, Latency(total_.load(std::memory_order_relaxed)));
  return histogram;
}

}  // namespace bootferry
